"""Console script ``fault``: breaks the simulated robot and mends it, from a shell.

    fault                                    what is broken now
    fault stuck_base=true hot_joint=joint_3  break these
    fault --clear                            mend everything

It sets the parameters of the node ``sim`` as ``ros2 param set`` does, and needs no ros2cli, which
the PyPI wheels of ROS do not have. Exit codes: 0 done, 1 refused, 2 wrong arguments, 3 no such
robot.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import rclpy
from rcl_interfaces.srv import GetParameters, SetParametersAtomically
from rclpy.node import Node
from rclpy.parameter import Parameter, parameter_value_to_python

from lanyard_node_support.names import resolve
from lanyard_node_support.parameter_schema import (
    ParameterDeclaration,
    ParameterValue,
    load_declarations,
)
from lanyard_sim.settings import FAULT_GROUP

EXIT_REFUSED = 1
EXIT_NO_ROBOT = 3

DEFAULT_NAMESPACE = "/arm_001"
DEFAULT_WAIT_S = 5.0

_WORDS = {"true": True, "false": False}


class NoSuchRobot(Exception):
    """Nobody answers below the given namespace."""


def known_faults() -> dict[str, ParameterDeclaration]:
    """Every fault by its short name, such as ``stuck_base``."""
    return {
        name[len(FAULT_GROUP) :]: declaration
        for name, declaration in load_declarations("lanyard_sim").items()
        if name.startswith(FAULT_GROUP)
    }


def parse(settings: Sequence[str]) -> dict[str, ParameterValue]:
    """``["stuck_base=true"]`` as checked values by short name; ValueError says what is wrong."""
    faults = known_faults()
    wanted: dict[str, ParameterValue] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if name not in faults or not equals:
            known = ", ".join(faults)
            raise ValueError(f"{setting!r} is not NAME=VALUE with a name of: {known}")
        value = _WORDS.get(text, text) if faults[name].type == "bool" else text
        try:
            wanted[name] = faults[name].convert(value)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return wanted


class FaultClient:
    """Reads and sets the faults of the robot below ``namespace``; waits ``wait_s`` for answers."""

    def __init__(self, node: Node, *, namespace: str, wait_s: float) -> None:
        self._node = node
        self._namespace = namespace
        self._wait_s = wait_s

    def read(self) -> dict[str, ParameterValue]:
        """The faults' values now, by short name; raises NoSuchRobot."""
        names = list(known_faults())
        request = GetParameters.Request(names=[FAULT_GROUP + name for name in names])
        answer = self._call(GetParameters, "get_parameters", request)
        return dict(zip(names, map(parameter_value_to_python, answer.values)))

    def set(self, faults: Mapping[str, ParameterValue]) -> str:
        """Set all or none; returns why the robot refused, or ""; raises NoSuchRobot."""
        parameters = [Parameter(FAULT_GROUP + name, value=value) for name, value in faults.items()]
        request = SetParametersAtomically.Request(
            parameters=[parameter.to_parameter_msg() for parameter in parameters]
        )
        answer = self._call(SetParametersAtomically, "set_parameters_atomically", request)
        return "" if answer.result.successful else str(answer.result.reason)

    def _call(self, kind: type, service: str, request: object) -> Any:
        client = self._node.create_client(kind, resolve(self._namespace, f"sim/{service}"))
        if not client.wait_for_service(timeout_sec=self._wait_s):
            raise NoSuchRobot
        future = client.call_async(request)
        rclpy.spin_until_future_complete(self._node, future, timeout_sec=self._wait_s)
        if not future.done():
            raise NoSuchRobot
        return future.result()


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="fault",
        description="Break the simulated robot, or mend it; without arguments: what is broken now.",
        epilog="\n".join(["faults:", *map(_explained, known_faults().values())]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("settings", nargs="*", metavar="NAME=VALUE", help="set this fault")
    parser.add_argument("--clear", action="store_true", help="mend everything first")
    parser.add_argument(
        "--namespace", default=DEFAULT_NAMESPACE, help="the robot's (default: %(default)s)"
    )
    parser.add_argument(
        "--wait",
        type=float,
        default=DEFAULT_WAIT_S,
        metavar="SECONDS",
        help="how long to wait for the robot (default: %(default)s)",
    )
    arguments = parser.parse_args(argv)
    try:
        arguments.faults = parse(arguments.settings)
    except ValueError as error:
        parser.error(str(error))
    return arguments


def _explained(fault: ParameterDeclaration) -> str:
    return f"  {fault.name[len(FAULT_GROUP) :]:14} {fault.description}"


def _run(node: Node, arguments: argparse.Namespace) -> int:
    client = FaultClient(node, namespace=arguments.namespace, wait_s=arguments.wait)
    mended = {name: fault.default for name, fault in known_faults().items()}
    faults = {**(mended if arguments.clear else {}), **arguments.faults}
    try:
        refusal = client.set(faults) if faults else ""
        values = client.read()
    except NoSuchRobot:
        where = f"no simulated robot answers in {arguments.namespace}"
        print(f"fault: {where}: is it running, in this ROS_DOMAIN_ID?", file=sys.stderr)
        return EXIT_NO_ROBOT
    if refusal:
        print(f"fault: refused: {refusal}", file=sys.stderr)
        return EXIT_REFUSED
    for name, value in values.items():
        print(f"{name}={str(value).lower() if isinstance(value, bool) else value}")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    arguments = _arguments(argv)
    rclpy.init(args=[])
    node = Node("fault")
    try:
        return _run(node, arguments)
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


if __name__ == "__main__":
    sys.exit(main())
