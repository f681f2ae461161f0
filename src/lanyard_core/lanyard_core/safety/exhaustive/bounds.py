"""What must happen within so many ticks, from every state that a walk has reached.

The transitions say that a stopping robot slows down in each tick; the bounds say how long it
takes until it rests, and that no state is a dead end.
"""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

from lanyard_core.safety.exhaustive.explorer import Node, Walk
from lanyard_core.safety.states import Cause, State

# The first two moves of every scope.
SILENCE, RESET = 0, 1


class Bounds(NamedTuple):
    """The worst case over all states of a walk, in ticks."""

    silence_to_rest: int
    silence_allowed: int
    silence_to_idle: int
    idle_allowed: int
    dead_ends: int


def bounds(walk: Walk) -> Bounds:
    """Follow silence, and then one reset, from every state."""
    limits = walk.scope.limits
    ramp = ceil(limits.max_velocity[0] / limits.deceleration[0])
    to_rest = {node: _ticks_to_rest(walk, node) for node in walk.following}
    to_idle = [
        _ticks_to_idle(walk, node)
        for node in walk.following
        if not node.machine.latched & Cause.SHUTDOWN
    ]
    return Bounds(
        silence_to_rest=max(to_rest.values()),
        silence_allowed=ceil(limits.command_gap_s) + 2 + ramp,
        silence_to_idle=max((ticks for ticks in to_idle if ticks is not None), default=0),
        idle_allowed=ceil(limits.heartbeat_timeout_s) + 2 + ramp + 1,
        dead_ends=sum(ticks is None for ticks in to_idle),
    )


def _ticks_to_rest(walk: Walk, node: Node) -> int:
    ticks = 0
    while any(node.machine.velocity):
        node = walk.following[node][SILENCE]
        ticks += 1
        if ticks > _FAR:
            break
    return ticks


def _ticks_to_idle(walk: Walk, node: Node) -> int | None:
    """Silence until the robot rests, then a reset; None when that never leads to IDLE."""
    for ticks in range(_FAR):
        if node.machine.state is State.IDLE:
            return ticks
        silent, reset = walk.following[node]
        node = silent if any(node.machine.velocity) or node.machine.state is State.ACTIVE else reset
    return None


_FAR = 100
