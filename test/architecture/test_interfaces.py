"""Interface files are prose: fields and constants have comments; numbers agree with the core."""

import re

import pytest

from lanyard_core.safety.states import AckStatus, Cause, Priority, State, StopKind

FIELD = re.compile(r"^[A-Za-z][\w/]*(\[[<=\d]*\])?\s+[A-Za-z]\w*")
CONSTANT = re.compile(r"^\w+\s+([A-Z][A-Z0-9_]*)=(\d+)")


def uncommented(text):
    """Lines of fields and constants that no comment explains, in the line or right above it."""
    found = []
    above = ""
    for line in text.splitlines():
        if FIELD.match(line) and "#" not in line and not above.startswith("#"):
            found.append(line)
        above = line
    return found


def interface_files(root):
    files = [*root.glob("msg/*"), *root.glob("srv/*"), *root.glob("action/*")]
    assert files
    return files


def constants(path):
    return {
        match.group(1): int(match.group(2))
        for line in path.read_text(encoding="utf-8").splitlines()
        if (match := CONSTANT.match(line))
    }


def test_every_field_and_constant_is_explained(root):
    found = {p.name: uncommented(p.read_text("utf-8")) for p in interface_files(root)}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_field_without_comment_is_seen():
    assert uncommented("# why\n\nuint8 a\n# b is\nuint8 b\nuint8 c # is\n") == ["uint8 a"]


def test_every_interface_file_is_compiled(root):
    listed = (root / "src/lanyard_msgs/CMakeLists.txt").read_text(encoding="utf-8")
    folders = [f"{path.parent.name}/{path.name}" for path in interface_files(root)]
    assert [name for name in folders if f":{name}" not in listed] == []


@pytest.mark.parametrize(
    ("file", "prefix", "enum"),
    [
        ("msg/SafetyState.msg", "STATE_", State),
        ("msg/SafetyState.msg", "CAUSE_", Cause),
        ("msg/CommandAck.msg", "STATUS_", AckStatus),
        ("srv/AcquireLease.srv", "PRIORITY_", Priority),
        ("srv/RequestStop.srv", "KIND_", StopKind),
    ],
)
def test_the_numbers_of_the_core_are_those_of_the_interface(root, file, prefix, enum):
    in_file = {
        name.removeprefix(prefix): value
        for name, value in constants(root / file).items()
        if name.startswith(prefix)
    }
    in_core = {member.name: int(member) for member in enum if int(member) or enum is not Priority}
    in_core = {name: value for name, value in in_core.items() if name not in ("NONE", "NOBODY")}
    assert in_core == in_file
