"""``ros2 run lanyard_rosbridge suite``: looks at address and policy, then becomes an upstream node.

The process is replaced (exec), so that signals, exit code and output are upstream's own, and
nothing runs beside it. Main thread; no thread of its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn, cast

import rclpy
from ament_index_python.packages import PackageNotFoundError, get_package_prefix
from rclpy.node import Node

from lanyard_core.access.patterns import Patterns
from lanyard_core.access.policy import NOTHING, RolePolicy
from lanyard_core.faults import BadConfiguration
from lanyard_gateway.doors import policy_file
from lanyard_node_support.parameters import declare
from lanyard_node_support.run import complain, init_ros
from lanyard_node_support.transport import choose_transport
from lanyard_rosbridge.suite.globs import globs_of
from lanyard_wireguard import machine

_PACKAGES = {"rosbridge_websocket": "rosbridge_server", "rosapi": "rosapi"}
_EXECUTABLES = {"rosbridge_websocket": "rosbridge_websocket", "rosapi": "rosapi_node"}
_PING_S = 5
"""How often upstream looks whether a client is still there; by itself it never does."""


def main() -> int:
    """Become the upstream node; 2 when it must not start, with a line for each reason."""
    # Upstream gets what was given to us, and not what our own nodes make of it.
    outer, nice = dict(os.environ), os.getpriority(os.PRIO_PROCESS, 0)
    choose_transport()
    try:
        init_ros()
        node = Node("suite")
        try:
            parameters = declare(node, package="lanyard_rosbridge.suite").as_dict()
        finally:
            node.destroy_node()
            rclpy.try_shutdown()
        os.setpriority(os.PRIO_PROCESS, 0, nice)
        _become(command(parameters), outer)
    except BadConfiguration as error:
        return complain(error, name="suite")


def command(parameters: Mapping[str, object]) -> list[str]:
    """What is to run in our place. Raises BadConfiguration with every problem."""
    part = str(parameters["part"])
    given: dict[str, str] = {}
    problems: list[str] = []
    for look in _LOOKS[part]:
        try:
            given |= look(parameters)
        except BadConfiguration as error:
            problems += error.problems
    if problems:
        raise BadConfiguration(problems)
    words = [word for name, value in given.items() for word in ("-p", f"{name}:={value}")]
    return [_executable(part), "--ros-args", *words]


def _become(words: list[str], environment: Mapping[str, str]) -> NoReturn:
    sys.stdout.flush()
    os.execve(words[0], words, environment)  # noqa: S606  an executable of an installed package


def _address(parameters: Mapping[str, object]) -> dict[str, str]:
    machine.tunnel(str(parameters["host"]))
    return {}


def _listener(parameters: Mapping[str, object]) -> dict[str, str]:
    return {
        "address": _quoted(parameters["host"]),
        "port": str(parameters["port"]),
        "websocket_ping_interval": str(_PING_S),
        "websocket_ping_timeout": str(_PING_S),
    }


def _tls(parameters: Mapping[str, object]) -> dict[str, str]:
    texts = {name: str(parameters[name]).strip() for name in ("certfile", "keyfile")}
    if not any(texts.values()):
        return {}
    files = {name: Path(text).expanduser() for name, text in texts.items()}
    problems = [
        f"{name}: {texts[name] or 'nothing'} is no file; certfile and keyfile go together"
        for name, file in files.items()
        if not file.is_file()
    ]
    if problems:
        raise BadConfiguration(problems)
    return {name: _quoted(file) for name, file in files.items()}


def _lists(parameters: Mapping[str, object]) -> dict[str, str]:
    motion = Patterns.of(cast(list[str], parameters["motion_topics"]))
    globs = globs_of(_role(parameters), motion)
    told = [f"wider: {each}" for each in (*globs.wider, _WEAK_HOST.format(parameters["host"]))]
    if not parameters["accept_wider"]:
        raise BadConfiguration([*told, _REMEDY])
    for line in told:
        print(f"suite: accepted: {line}", flush=True)
    return {
        "topics_glob": _quoted(globs.topics),
        "services_glob": _quoted(globs.services),
        "params_glob": _quoted(globs.params),
    }


_LOOKS: Mapping[str, tuple[Callable[[Mapping[str, object]], dict[str, str]], ...]] = {
    "rosbridge_websocket": (_address, _listener, _tls, _lists),
    "rosapi": (_address, _lists),
}
_WEAK_HOST = (
    "packets for {} that come in on another interface are taken, too: drop them in the firewall"
    " (docs/wireguard.md)"
)
_REMEDY = (
    "accept_wider: rosbridge_suite opens all this beyond the policy; set it to true if that is fine"
    " here, or use server:=lanyard"
)


def _role(parameters: Mapping[str, object]) -> RolePolicy:
    file, name = str(parameters["policy_file"]).strip(), str(parameters["role"]).strip()
    if not file:
        return NOTHING
    policy = policy_file.read(Path(file).expanduser())
    if name not in policy.roles:
        raise BadConfiguration(
            [f"role: {name or 'none'} is no role of {file}; it has: {', '.join(policy.roles)}"]
        )
    return policy.roles[name]


def _executable(part: str) -> str:
    package = _PACKAGES[part]
    try:
        path = Path(get_package_prefix(package)) / "lib" / package / _EXECUTABLES[part]
    except PackageNotFoundError:
        path = Path()
    if not path.is_file():
        raise BadConfiguration(
            [f"server: there is no package {package} here (apt: ros-$ROS_DISTRO-rosbridge-suite);"
             " server:=lanyard needs nothing"]
        )  # fmt: skip
    return str(path)


def _quoted(value: object) -> str:
    """As YAML that stays a string, whatever it looks like."""
    return "'{}'".format(str(value).replace("'", "''"))


if __name__ == "__main__":
    sys.exit(main())
