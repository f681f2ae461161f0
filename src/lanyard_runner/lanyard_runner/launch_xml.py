"""The subset of ROS 2 launch XML that Lanyard's launch files keep to, and its strict reader.

What launch_ros would take and this reader does not know is an error with file, line and remedy: the
same file must mean the same here and there. Reads text, never the file system; no ROS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from lanyard_core.faults import BadConfiguration


@dataclass(frozen=True, slots=True)
class Tag:
    """One element: its attributes as written (substitutions unresolved) and where it stands."""

    name: str
    attributes: Mapping[str, str]
    children: tuple[Tag, ...]
    file: str
    line: int

    @property
    def place(self) -> str:
        """``robot.launch.xml:12``, for messages."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a tag must have, may have, and may contain."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    children: tuple[str, ...] = ()


CONDITIONS = ("if", "unless")
ACTIONS = ("arg", "let", "include", "group", "node")
GRAMMAR = {
    "launch": Rule(optional=("version",), children=ACTIONS),
    "arg": Rule(("name",), ("default", "description")),
    "let": Rule(("name", "value"), CONDITIONS),
    "include": Rule(("file",), CONDITIONS, ("include/arg",)),
    "include/arg": Rule(("name", "value")),
    "group": Rule((), CONDITIONS, (*ACTIONS, "push_ros_namespace")),
    "push_ros_namespace": Rule(("namespace",), CONDITIONS),
    "node": Rule(
        ("pkg", "exec", "name"), ("namespace", "output", *CONDITIONS), ("param", "remap", "env")
    ),
    "param": Rule((), ("from", "name", "value")),
    "remap": Rule(("from", "to")),
    "env": Rule(("name", "value")),
}
OUTPUTS = ("screen", "log", "both")


def read_launch_text(text: str, *, file: str) -> Tag:
    """The ``<launch>`` tag of ``text``; BadConfiguration lists all that is not understood."""
    root = _parse(text, file)
    problems = [*_root_problems(root), *_problems(root, root.name)]
    if problems:
        raise BadConfiguration(problems)
    return root


@dataclass(slots=True)
class _Open:
    """A tag whose end has not been read."""

    name: str
    attributes: dict[str, str]
    line: int
    children: list[Tag]


def _parse(text: str, file: str) -> Tag:
    parser = expat.ParserCreate()
    top = _Open("", {}, 0, [])
    stack = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        stack.append(_Open(name, attributes, parser.CurrentLineNumber, []))

    def end(_name: str) -> None:
        done = stack.pop()
        tag = Tag(done.name, done.attributes, tuple(done.children), file, done.line)
        stack[-1].children.append(tag)

    def characters(data: str) -> None:
        if data.strip():
            place = f"{file}:{parser.CurrentLineNumber}"
            raise BadConfiguration([f"{place}: text outside of a tag: remove {data.strip()!r}"])

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        problem = f"{file}:{error.lineno}: not well-formed XML: {expat.ErrorString(error.code)}"
        raise BadConfiguration([problem]) from error
    return top.children[0]


def _root_problems(root: Tag) -> Iterator[str]:
    if root.name != "launch":
        yield f"{root.place}: the outermost tag is <{root.name}>; a launch file's is <launch>"


def _problems(tag: Tag, kind: str) -> Iterator[str]:
    rule = GRAMMAR.get(kind)
    if rule is None:
        return
    known = (*rule.required, *rule.optional)
    for name in rule.required:
        if name not in tag.attributes:
            yield f'{tag.place}: <{tag.name}> needs {name}="..."'
    for name in tag.attributes:
        if name not in known:
            allowed = ", ".join(known) or "none"
            yield f"{tag.place}: <{tag.name}> has no attribute {name} here; it may have: {allowed}"
    if tag.name == "param":
        yield from _param_problems(tag)
    if tag.attributes.get("output", "screen") not in OUTPUTS:
        yield f"{tag.place}: output must be one of {', '.join(OUTPUTS)}"
    for child in tag.children:
        inner = f"{tag.name}/{child.name}" if tag.name == "include" else child.name
        if inner in rule.children:
            yield from _problems(child, inner)
        else:
            allowed = ", ".join(f"<{name.split('/')[-1]}>" for name in rule.children) or "nothing"
            yield (
                f"{child.place}: <{child.name}> is not understood inside <{tag.name}>, which may"
                f" contain: {allowed}; use these, or teach lanyard_runner the tag"
            )


def _param_problems(tag: Tag) -> Iterator[str]:
    given = frozenset(tag.attributes)
    if given not in ({"from"}, {"name", "value"}):
        yield f'{tag.place}: <param> takes either from="file", or name="..." and value="..."'
