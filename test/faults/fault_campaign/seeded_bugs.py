"""Nodes that are broken on purpose: a campaign that finds nothing in them is worth nothing.

    python -m fault_campaign.seeded_bugs BUG --ros-args ...     runs the bug's node, broken

Parameters cannot do this: no value that a node takes switches a watchdog off.
"""

from __future__ import annotations

import dataclasses
import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fault_campaign.causes import CAUSES, Cause
from lanyard_runner.command import Command

CREEPING_MPS = 0.01


@dataclass(frozen=True, slots=True)
class Bug:
    """``breaks`` is run in the process of ``node`` before its ``main``; None leaves it out."""

    node: str
    main: str
    breaks: Callable[[], None] | None


@dataclass(frozen=True, slots=True)
class Proof:
    """Bugs that are there together, and an injection that must find them."""

    bugs: tuple[str, ...]
    cause: Cause


def _base_without_timeout() -> None:
    """The base goes on with its last command for ever."""
    driver = importlib.import_module("lanyard_sim.driver")
    driver.CommandIntake.advance = lambda _self, _dt: None


def _no_command_gap() -> None:
    """The control node is content with old commands."""
    node = importlib.import_module("lanyard_control.node")
    limits_from = node.limits_from

    def broken(parameters: Mapping[str, object]) -> object:
        limits = limits_from(parameters)
        object.__setattr__(limits, "command_gap_s", 60.0)
        return limits

    node.limits_from = broken


def _creeps() -> None:
    """The control node commands a little speed where it means none."""
    voice = importlib.import_module("lanyard_control.voice").Voice
    drive = voice.drive

    def broken(self: object, velocity: Sequence[float]) -> None:
        drive(self, velocity if any(velocity) else (CREEPING_MPS, *velocity[1:]))

    voice.drive = broken


BUGS: Mapping[str, Bug] = {
    "no-watchdog": Bug("watchdog", "", None),
    "base-without-timeout": Bug("sim", "lanyard_sim.main", _base_without_timeout),
    "no-command-gap": Bug("control", "lanyard_control.main", _no_command_gap),
    "creeps": Bug("control", "lanyard_control.main", _creeps),
}

_CAUSE = {cause.slug: cause for cause in CAUSES}
PROOFS = (
    Proof(("no-watchdog",), _CAUSE["control-killed"]),
    Proof(("no-watchdog", "base-without-timeout"), _CAUSE["control-paused"]),
    Proof(("base-without-timeout",), _CAUSE["control+watchdog-killed"]),
    Proof(("no-command-gap",), _CAUSE["gateway-paused"]),
    Proof(("no-command-gap",), _CAUSE["client-paused"]),
    Proof(("creeps",), _CAUSE["control+watchdog-killed"]),
)


def seeded(bugs: Sequence[str]) -> Callable[[Command], Command | None]:
    """What becomes of each node's command, so that these bugs are there."""
    by_node = {BUGS[name].node: name for name in bugs}

    def alter(command: Command) -> Command | None:
        name = by_node.get(command.name)
        if name is None:
            return command
        if BUGS[name].breaks is None:
            return None
        arguments = (sys.executable, "-m", "fault_campaign.seeded_bugs", name)
        return dataclasses.replace(command, arguments=(*arguments, *command.arguments[1:]))

    return alter


def main() -> int:
    """Break the node of the bug that is named first, and run it."""
    bug = BUGS[sys.argv.pop(1)]
    assert bug.breaks is not None
    bug.breaks()
    return int(importlib.import_module(bug.main).main())


if __name__ == "__main__":
    sys.exit(main())
