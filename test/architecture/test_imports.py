"""Imports point down or inward: each room of the house may import only what its row allows.

The table is that of docs/architecture.md. A room is the longest prefix of a module's name that has
a row. What a row does not allow is forbidden, except the standard library (and of that, what the
row forbids).
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass, field

import pytest

ROS = (
    "rclpy",
    "rcl_interfaces",
    "rosidl_parser",
    "ament_index_python",
    "rosidl_runtime_py",
    "rpyutils",
)
MESSAGES = (
    "std_msgs", "geometry_msgs", "sensor_msgs", "nav_msgs", "diagnostic_msgs", "tf2_msgs",
    "builtin_interfaces", "unique_identifier_msgs", "action_msgs", "lanyard_msgs",
)  # fmt: skip
CODECS = ("msgpack", "cbor2", "orjson")
CLOCKLESS = ("time", "asyncio", "threading", "socket", "logging", "selectors", "multiprocessing")


@dataclass(frozen=True)
class Row:
    """What a room may import besides the standard library, and which of that it must not."""

    allowed: tuple[str, ...]
    forbidden_stdlib: tuple[str, ...] = ()
    exceptions: dict[str, tuple[str, ...]] = field(default_factory=dict)


NODE = ("lanyard_core", "lanyard_node_support", *ROS, *MESSAGES)
RULES = {
    "lanyard_core": Row(
        ("lanyard_core",), CLOCKLESS, {"lanyard_core.task.schema": ("jsonschema",)}
    ),
    "lanyard_node_support": Row(("lanyard_core", "lanyard_node_support", "yaml", *ROS, *MESSAGES)),
    "lanyard_control": Row((*NODE, "lanyard_control"), ("asyncio",)),
    "lanyard_tasks": Row((*NODE, "lanyard_tasks"), ("asyncio",)),
    "lanyard_sim": Row((*NODE, "lanyard_sim"), ("asyncio",)),
    "lanyard_gateway.robot": Row(
        (*NODE, "lanyard_gateway.robot", "lanyard_gateway.settings"),
        ("asyncio",),
        {"lanyard_gateway.robot.handover": ("asyncio",)},
    ),
    "lanyard_gateway.web": Row(
        (
            "lanyard_core",
            "lanyard_gateway.web",
            "lanyard_gateway.audit",
            "lanyard_gateway.dispatch",
            "lanyard_gateway.events",
            "lanyard_gateway.doors",
            "lanyard_gateway.settings",
            "fastapi",
            "starlette",
            "uvicorn",
            "pydantic",
            "typing_extensions",
            "anyio",
            "lanyard_dashboard",
            *CODECS,
        ),
        exceptions={"lanyard_gateway.web.socket_line": ("websockets",)},
    ),
    "lanyard_gateway.commands": Row(
        (
            "lanyard_core",
            "lanyard_gateway.audit",
            "lanyard_gateway.commands",
            "lanyard_gateway.doors",
            "typer",
        )
    ),
    "lanyard_gateway.audit": Row(
        ("lanyard_core", "lanyard_gateway.audit", "lanyard_gateway.settings", "cryptography"),
        ("asyncio",),
        {"lanyard_gateway.audit.s3": ("boto3",)},
    ),
    "lanyard_gateway.doors": Row(
        ("lanyard_core", "lanyard_gateway.doors", "lanyard_gateway.settings", "yaml"),
        exceptions={
            "lanyard_gateway.doors.certificates": ("cryptography",),
            "lanyard_gateway.doors.issuer_fetch": ("httpx",),
            "lanyard_gateway.doors.issuer_keys": ("joserfc",),
            "lanyard_gateway.doors.shared_windows": ("limits",),
            "lanyard_gateway.doors.tokens": ("joserfc",),
            "lanyard_gateway.doors.windows": ("pyrate_limiter",),
        },
    ),
    "lanyard_gateway.dispatch": Row(
        ("lanyard_core", "lanyard_gateway.dispatch", "lanyard_gateway.settings")
    ),
    "lanyard_gateway.events": Row(("lanyard_core", "lanyard_gateway.events")),
    "lanyard_gateway.store": Row(
        (
            "lanyard_core",
            "lanyard_gateway.store",
            "lanyard_gateway.settings",
            "sqlalchemy",
            "alembic",
        )
    ),
    "lanyard_gateway.testing": Row(("lanyard_core", "lanyard_gateway.testing")),
    "lanyard_gateway.robot_entries": Row(("lanyard_core",)),
    "lanyard_gateway.rosbridge_settings": Row(("lanyard_core",)),
    "lanyard_gateway.settings": Row(
        (
            "lanyard_core",
            "lanyard_gateway.robot_entries",
            "lanyard_gateway.rosbridge_settings",
        )
    ),
    "lanyard_gateway": Row((*NODE, "lanyard_gateway", "fastapi", "starlette", "uvicorn", "uvloop")),
    # The protocol and the conversion are as pure as the core.
    "lanyard_rosbridge.protocol": Row(
        ("lanyard_core", "lanyard_rosbridge.protocol", "lanyard_rosbridge.conversion"), CLOCKLESS
    ),
    "lanyard_rosbridge.conversion": Row(
        ("lanyard_core", "lanyard_rosbridge.conversion", "numpy"), CLOCKLESS
    ),
    "lanyard_rosbridge.rosapi": Row(
        (
            "lanyard_core",
            "lanyard_rosbridge.protocol",
            "lanyard_rosbridge.conversion",
            "lanyard_rosbridge.rosapi",
        ),
        CLOCKLESS,
    ),
    "lanyard_rosbridge.ros": Row(
        (
            *NODE,
            "lanyard_gateway.robot.handover",
            "lanyard_rosbridge.protocol",
            "lanyard_rosbridge.conversion",
            "lanyard_rosbridge.rosapi",
            "lanyard_rosbridge.ros",
        ),
        exceptions={"lanyard_rosbridge.ros.parameters": CODECS},
    ),
    "lanyard_rosbridge": Row(
        (
            *NODE,
            "lanyard_gateway",
            "lanyard_rosbridge",
            "lanyard_wireguard",
            "fastapi",
            "starlette",
        )
    ),
    "lanyard_dashboard": Row(("lanyard_dashboard",)),
    "lanyard_client": Row(
        ("lanyard_core", "lanyard_client", "httpx", "websockets", "cryptography"),
    ),
    # The command line: what it needs besides comes with lanyard_client[cli].
    "lanyard_client.cli": Row(("lanyard_core", "lanyard_client", "typer", "rich")),
    "lanyard_wireguard": Row(
        ("lanyard_core", "lanyard_wireguard"),
        ("asyncio",),
        {
            "lanyard_wireguard.command": ("typer",),
            "lanyard_wireguard.keys": ("cryptography",),
            "lanyard_wireguard.qr": ("segno",),
        },
    ),
    "lanyard_runner": Row(
        ("lanyard_core", "lanyard_runner", "yaml", "httpx", "ament_index_python"),
    ),
}


def row_of(name: str) -> Row:
    """The row of the room that a module belongs to."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        row = RULES.get(".".join(parts[:length]))
        if row is not None:
            return row
    raise AssertionError(f"{name} belongs to no room: add a row, and say in the docs why")


def imports_of(module) -> set[str]:
    """Absolute names that a module imports, at any depth of its syntax tree."""
    found = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.where}: relative import; write it absolute"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def breach(name: str, imported: str) -> bool:
    """True when the module ``name`` must not import ``imported``."""
    row = row_of(name)
    extra = row.exceptions.get(name, ())
    if name.endswith("_codec"):
        extra = (*extra, *CODECS)
    if within(imported, extra):
        return False
    if imported.split(".")[0] in sys.stdlib_module_names:
        return within(imported, row.forbidden_stdlib)
    return not within(imported, row.allowed)


def test_every_import_is_allowed_by_the_table(modules):
    breaches = [
        f"{module.where} imports {imported}"
        for module in modules
        for imported in sorted(imports_of(module))
        if breach(module.name, imported)
    ]
    assert breaches == []


@pytest.mark.parametrize(
    ("name", "imported"),
    [
        ("lanyard_core.safety.machine", "time.monotonic"),
        ("lanyard_core.safety.machine", "rclpy.node.Node"),
        ("lanyard_core.stream.session", "msgpack"),
        ("lanyard_core.task.rules", "lanyard_gateway.store.tasks"),
        ("lanyard_control.node", "lanyard_tasks.server"),
        ("lanyard_control.node", "fastapi.FastAPI"),
        ("lanyard_gateway.web.app", "rclpy.node"),
        ("lanyard_gateway.web.app", "lanyard_gateway.robot.port"),
        ("lanyard_gateway.robot.port", "lanyard_gateway.web.app"),
        ("lanyard_gateway.robot.port", "asyncio"),
        ("lanyard_gateway.dispatch.intake", "jsonschema"),
        ("lanyard_gateway.doors.key_file", "fastapi.Request"),
        ("lanyard_gateway.doors.key_file", "lanyard_gateway.web.auth"),
        ("lanyard_client.stream", "rclpy"),
        ("lanyard_rosbridge.protocol.session", "rclpy"),
        ("lanyard_rosbridge.protocol.session", "time.monotonic"),
        ("lanyard_rosbridge.conversion.filler", "std_msgs.msg"),
        ("lanyard_rosbridge.ros.side", "lanyard_rosbridge.serve.link"),
        ("lanyard_rosbridge.ros.side", "lanyard_gateway.web.app"),
        ("lanyard_gateway.web.app", "lanyard_rosbridge.serve.socket"),
    ],
)
def test_the_table_refuses_what_it_must(name, imported):
    assert breach(name, imported)


def test_the_client_does_without_the_schema_library(modules):
    imports = {module.name: imports_of(module) for module in modules}
    reached = {name for name in imports if name.split(".")[0] == "lanyard_client"}
    waiting = list(reached)
    while waiting:
        wanted = tuple(imports[waiting.pop()])
        found = {name for name in imports if any(within(want, (name,)) for want in wanted)}
        waiting += found - reached
        reached |= found
    assert "lanyard_core.faults" in reached
    assert "lanyard_core.task.schema" not in reached


def test_only_the_schema_module_of_the_core_may_import_the_schema_library():
    assert not breach("lanyard_core.task.schema", "jsonschema")
    assert breach("lanyard_core.task.model", "jsonschema")


def test_only_a_codec_module_may_import_a_codec_library():
    assert not breach("lanyard_core.stream.msgpack_codec", "msgpack")
    assert breach("lanyard_core.stream.frames", "msgpack")
