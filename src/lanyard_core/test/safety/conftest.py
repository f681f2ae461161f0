"""What the safety tests share: a robot in virtual time, driven tick by tick."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from lanyard_core.safety.limits import Limits
from lanyard_core.safety.machine import MachineState, initial, step
from lanyard_core.safety.states import Priority, State, StopKind
from lanyard_core.safety.values import (
    Acquire,
    Arm,
    Beat,
    Command,
    Inputs,
    Observation,
    Outcome,
    Release,
    Reply,
    Reset,
    Stop,
)

TICK_S = 0.002

LIMITS = Limits(
    max_velocity=(0.5, 0.0, 1.0, 1.0),
    acceleration=(0.5, 0.5, 1.0, 2.0),
    deceleration=(1.0, 1.0, 2.0, 4.0),
    fast_deceleration=(2.0, 2.0, 4.0, 8.0),
    joint_lower=(-2.0,),
    joint_upper=(2.0,),
)

FRESH = Observation(
    odometry_age_s=0.01, tf_age_s=0.01, joints_age_s=0.01, joint_positions=(0.0,), gateway_age_s=0.1
)


class Drive:
    """A machine, and a client that can do right and wrong with it. Time is a sum of ticks."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.limits = limits
        self.machine: MachineState = initial(limits)
        self.outcome: Outcome | None = None
        self.seen = FRESH
        self.seq = 0
        self.session = 0
        self._beats = itertools.count(1)
        self._nonces = itertools.count(1001)
        self._reset_ids = itertools.count(1)

    @property
    def state(self) -> State:
        return self.machine.state

    @property
    def velocity(self) -> tuple[float, ...]:
        return self.machine.velocity

    @property
    def causes(self) -> int:
        assert self.outcome is not None
        return self.outcome.causes

    def tick(self, *requests: object, elapsed_s: float = TICK_S, **inputs: object) -> Outcome:
        """One tick with what is given; the sensors are fresh unless ``seen`` says otherwise."""
        given = {"seen": self.seen, "requests": requests, "elapsed_s": elapsed_s, **inputs}
        self.machine, self.outcome = step(self.machine, Inputs(**given), self.limits)
        return self.outcome

    def wait(self, seconds: float, **inputs: object) -> Outcome:
        """Ticks for ``seconds`` in which only heartbeats come."""
        for _ in range(round(seconds / TICK_S)):
            self.tick(beats=self.beat(), **inputs)
        return self.outcome

    def ask(self, request: object, **inputs: object) -> Reply:
        """One tick with one request; its reply."""
        return self.tick(request, **inputs).replies[0]

    def command(self, x: float = 0.0, yaw: float = 0.0, joint: float = 0.0, **more: object):
        """A fresh command of the session, as the inputs of a tick."""
        self.seq += 1
        fields = {
            "session": self.session,
            "seq": self.seq,
            "age_s": 0.0,
            "stamp_age_s": 0.001,
            "velocity": (x, 0.0, yaw, joint),
            **more,
        }
        return (Command(**fields),)

    def beat(self) -> tuple[Beat, ...]:
        return (Beat(self.session, next(self._beats), 0.0),)

    def acquire(
        self,
        priority: int = Priority.OPERATOR,
        *,
        take: bool = False,
        full_speed: bool = True,
        holder: str = "",
    ) -> Reply:
        """Ask for the lease; a granted one is the session from then on."""
        nonce = next(self._nonces)
        reply = self.ask(Acquire(holder or f"holder {nonce}", priority, take, full_speed, nonce))
        if reply.success:
            self.session, self.seq = nonce, 0
        return reply

    def arm(self) -> Reply:
        """Heartbeat, neutral command and arming in one tick."""
        return self.ask(Arm(self.session, arm=True), commands=self.command(), beats=self.beat())

    def stream(self, seconds: float, x: float = 0.0, yaw: float = 0.0, joint: float = 0.0, **more):
        """Send the same command with every tick, and heartbeats, for ``seconds``."""
        for _ in range(round(seconds / TICK_S)):
            self.tick(commands=self.command(x, yaw, joint), beats=self.beat(), **more)
        return self.outcome

    def stop(self, kind: StopKind = StopKind.SAFE_STOP, reason: str = "") -> Reply:
        return self.ask(Stop(kind, reason))

    def reset(self, *, severe: bool = False) -> Reply:
        return self.ask(Reset(next(self._reset_ids), may_reset_severe=severe))

    def release(self) -> Reply:
        return self.ask(Release(self.session))

    def disarm(self) -> Reply:
        return self.ask(Arm(self.session, arm=False))

    def see(self, **changes: object) -> None:
        """Change what the sensors say from now on."""
        self.seen = replace(self.seen, **changes)


def _idle(limits: Limits = LIMITS) -> Drive:
    drive = Drive(limits)
    drive.tick()
    assert drive.state is State.IDLE
    return drive


def _armed(priority: int = Priority.OPERATOR, limits: Limits = LIMITS, **lease: object) -> Drive:
    drive = _idle(limits)
    assert drive.acquire(priority, **lease).success
    assert drive.arm().success
    assert drive.state is State.ACTIVE
    return drive


def _moving(x: float = 0.4, **armed: object) -> Drive:
    drive = _armed(**armed)
    drive.stream(1.0, x)
    assert drive.velocity[0] == pytest.approx(x)
    return drive


@pytest.fixture
def limits() -> Limits:
    return LIMITS


@pytest.fixture
def fresh() -> Observation:
    return FRESH


@pytest.fixture
def starting() -> Drive:
    return Drive()


@pytest.fixture
def idle() -> Drive:
    return _idle()


@pytest.fixture
def armed() -> Drive:
    return _armed()


@pytest.fixture
def moving() -> Drive:
    return _moving()


@pytest.fixture
def make_armed() -> Callable[..., Drive]:
    return _armed


@pytest.fixture
def make_moving() -> Callable[..., Drive]:
    return _moving
