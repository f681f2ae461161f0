"""``python -m lanyard_runner.start FILE name:=value``: a launch file, where launch_ros is missing.

For `rosbridge.launch.xml` and the like: starts the nodes, relays what they print, and ends with
them. A node that refuses to start gives its exit code to the whole. Main thread; no other.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from ament_index_python.packages import get_package_prefix, get_package_share_directory

from lanyard_core.faults import BadConfiguration
from lanyard_runner.announcement import failure_line
from lanyard_runner.command import Command, commands_for
from lanyard_runner.output import LinePrinter
from lanyard_runner.plan import plan_nodes
from lanyard_runner.stop_order import StopOrder
from lanyard_runner.stop_request import StopRequest, stop_signals
from lanyard_runner.substitutions import Surroundings
from lanyard_runner.supervisor import Supervisor

STOP_PATIENCE_S = 5.0
EXIT_FAILURE = 1
EXIT_BAD_CONFIGURATION = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Start a launch file; the exit code: 0 stopped, that of a node that failed, 2 a bad file."""
    options = _parser().parse_args(arguments)
    printer = LinePrinter(sys.stdout, colour=sys.stdout.isatty())
    try:
        with ExitStack() as stack:
            stop = stack.enter_context(stop_signals())
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lanyard-")))
            commands = _commands(options.file, _arguments(options.arguments), scratch)
            return _run(commands, printer, stop)
    except BadConfiguration as error:
        for problem in error.problems:
            print(f"start: {problem}", file=sys.stderr)
        return EXIT_BAD_CONFIGURATION


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="start", description="Starts the nodes of a launch file, without launch_ros."
    )
    parser.add_argument("file", type=Path, help="a file, or the name of one of lanyard_bringup's")
    parser.add_argument("arguments", nargs="*", metavar="name:=value", help="its arguments")
    return parser


def _arguments(words: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for word in words:
        name, sign, value = word.partition(":=")
        if not sign or not name:
            raise BadConfiguration([f"{word!r} is no argument: write name:=value"])
        given[name] = value
    return given


def _commands(file: Path, arguments: Mapping[str, str], scratch: Path) -> tuple[Command, ...]:
    if not file.is_file():
        file = _installed(file)
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    plans = plan_nodes(file, arguments=arguments, surroundings=Surroundings(environment, _share_of))
    return commands_for(
        plans, environment=environment, prefix_of=get_package_prefix, scratch=scratch
    )


def _installed(name: Path) -> Path:
    """A launch file of lanyard_bringup. Raises BadConfiguration with the names that there are."""
    folder = _share_of("lanyard_bringup") / "launch"
    if not (folder / name).is_file():
        known = ", ".join(sorted(file.name for file in folder.glob("*.launch.xml")))
        raise BadConfiguration([f"there is no launch file {name}; name a file, or one of: {known}"])
    return folder / name


def _run(commands: Sequence[Command], printer: LinePrinter, stop: StopRequest) -> int:
    supervisor = Supervisor(printer)
    try:
        for command in commands:
            supervisor.start(command)
        while not (stop.reason or printer.gone or supervisor.ended()):
            supervisor.pump()
    finally:
        ended = dict(supervisor.ended())
        supervisor.stop(StopOrder(first=(), patience_s=STOP_PATIENCE_S))
    for name, code in ended.items():
        printer.plain(f"start: {failure_line(name, code)}")
    if stop.reason:
        return 0
    return max((code for code in ended.values() if code > 0), default=EXIT_FAILURE)


def _share_of(package: str) -> Path:
    return Path(get_package_share_directory(package))


if __name__ == "__main__":
    sys.exit(main())
