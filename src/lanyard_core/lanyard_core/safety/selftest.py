"""The self-test: a robot's limits are driven once, in virtual time, before anything real may move.

The same ``step`` that will drive the robot arms a session, drives at full speed, and is stopped
in each of three ways. What must come out is known: so a machine that was built, configured or
patched wrongly does not leave STARTING. Takes a few thousand steps, which is a fraction of a
second.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from lanyard_core.safety.limits import Limits
from lanyard_core.safety.machine import MachineState, initial, step
from lanyard_core.safety.states import Priority, State, StopKind
from lanyard_core.safety.values import (
    BASE_AXES,
    Acquire,
    Arm,
    Beat,
    Command,
    Inputs,
    Observation,
    Outcome,
    Request,
    Stop,
    Velocity,
)

_SESSION = 1
_TICK_S = 0.01


def failures(limits: Limits) -> list[str]:
    """What went wrong, one sentence each; empty when the machine does what it must."""
    found = []
    for name, stopped, rates in (
        ("a stop request", Stop(StopKind.SAFE_STOP), limits.deceleration),
        ("a halt", Stop(StopKind.HALT), limits.fast_deceleration),
        ("silence", None, limits.deceleration),
    ):
        complaint = _stopped_by(stopped, rates, limits)
        if complaint:
            found.append(f"{name}: {complaint}")
    return found


def _stopped_by(request: Stop | None, rates: Velocity, limits: Limits) -> str:
    drive = _Drive(limits)
    if not drive.to_full_speed():
        return f"the robot did not reach full speed, it is {drive.state.name}"
    silence_s = 0.0 if request else limits.command_gap_s
    ramp_s = max(abs(s) / r for s, r in zip(limits.max_velocity, rates, strict=True))
    ticks = ceil((silence_s + ramp_s) / _TICK_S) + 2
    before = drive.velocity
    drive.tick(*([request] if request else []))
    if request and not abs(drive.velocity[0]) < abs(before[0]):
        return "the speed did not fall in the tick of the request"
    for _ in range(ticks):
        drive.tick()
    if any(drive.velocity):
        return f"the robot still moves after {ticks * _TICK_S:.2f} s"
    expected = _AFTER[request.kind] if request else State.ACTIVE
    return "" if drive.state is expected else f"it ended in {drive.state.name}"


_AFTER = {StopKind.SAFE_STOP: State.SAFE_STOP, StopKind.HALT: State.HALTED}


class _Drive:
    """A robot in virtual time whose sensors are always fresh."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._machine: MachineState = initial(limits)
        self._seq = 0
        middle = tuple(map(_middle, limits.joint_lower, limits.joint_upper))
        self._seen: Callable[[Velocity], Observation] = lambda velocity: Observation(
            odometry_age_s=0.0,
            linear_speed=(velocity[0] ** 2 + velocity[1] ** 2) ** 0.5,
            angular_speed=abs(velocity[2]),
            tf_age_s=0.0,
            joints_age_s=0.0,
            joint_positions=middle,
            gateway_age_s=0.0,
        )

    @property
    def state(self) -> State:
        return self._machine.state

    @property
    def velocity(self) -> Velocity:
        return self._machine.velocity

    def tick(self, *requests: Request, command: Velocity | None = None) -> Outcome:
        """One tick with a heartbeat, and with a command when one is given."""
        self._seq += 1
        commands = () if command is None else (Command(_SESSION, self._seq, 0.0, 0.0, command),)
        inputs = Inputs(
            elapsed_s=_TICK_S,
            seen=self._seen(self.velocity),
            commands=commands,
            beats=(Beat(_SESSION, self._seq, 0.0),),
            requests=requests,
        )
        self._machine, outcome = step(self._machine, inputs, self._limits)
        return outcome

    def to_full_speed(self) -> bool:
        """Take the lease, arm, and drive as fast as is allowed, forward and straight."""
        limits = self._limits
        self.tick()
        self.tick(Acquire("self-test", Priority.TASK, False, True, _SESSION))
        self.tick(Arm(_SESSION, arm=True), command=limits.rest)
        full = (limits.max_velocity[0], *limits.rest[1:BASE_AXES], *limits.max_velocity[BASE_AXES:])
        slowest = max(v / a for v, a in zip(full, limits.acceleration, strict=True))
        for _ in range(ceil(slowest / _TICK_S) + 1):
            self.tick(command=full)
        return self.state is State.ACTIVE and self.velocity == full


def _middle(lower: float, upper: float) -> float:
    return (lower + upper) / 2.0
