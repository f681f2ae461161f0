"""The walks: under which moves the whole machine is walked, one alphabet for each side of it.

Every scope contains what it takes to get a robot moving (a lease, heartbeats, neutral and other
commands, arming, a reset), plus everything that can happen on the side that it looks at, alone
and together with the rest. Moves that contradict each other in one tick (a stop and a reset, an
arming and a stop) are there on purpose.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import nan

from lanyard_core.safety.exhaustive.model import (
    CALM,
    HALT,
    HELD_RESET,
    LIMITS,
    LONG,
    NEW,
    OLD,
    RESET,
    SAME,
    SESSIONS,
    SHORT,
    SOFT_RESET,
    STOP,
    WIRED,
    Move,
    Scope,
    acquire,
    arm,
    command,
    disarm,
    foreign,
    move,
)
from lanyard_core.safety.limits import Limits
from lanyard_core.safety.states import Cause, Priority
from lanyard_core.safety.values import Observation, Release, Request, StopInput

_OPERATOR = Priority.OPERATOR


def scopes() -> tuple[Scope, ...]:
    """All walks."""
    return (
        _scope("motion", "commands, heartbeats, arming and stopping of one operator", _motion),
        _scope("time", "long time-outs, counted out tick by tick", _time, limits=LONG),
        _scope("everything", "one thing of every kind in each tick", _everything, limits=SHORT),
        _scope("senses", "sensors, gateway, measured speed and clockwork", _senses, limits=SHORT),
        _scope("authority", "leases of three priorities, granted, taken, released", _authority),
        _scope("stream", "good, bad, old and foreign commands, in pairs", _stream, limits=SHORT),
        _scope("latches", "stops, halts, faults, shutdown and every kind of reset", _latches),
        _scope("stop input", "a wired stop input, pressed and silent", _stop_input),
    )


def _scope(
    name: str,
    about: str,
    moves: Callable[[int], Iterator[Move]],
    *,
    limits: Limits = LIMITS,
) -> Scope:
    return Scope(name, about, {s: _distinct(moves(s)) for s in SESSIONS}, limits)


def _distinct(moves: Iterator[Move]) -> tuple[Move, ...]:
    found: dict[object, Move] = {}
    for candidate in moves:
        found.setdefault(candidate.inputs, candidate)
    return tuple(found.values())


def _basics(s: int, calm: Observation = CALM) -> Iterator[Move]:
    """What every walk needs: silence, driving, arming, a lease and a way back."""
    yield move("silence", seen=calm)
    yield move("reset", RESET, seen=calm)
    yield move("acquire", acquire(_OPERATOR, s), seen=calm)
    yield move("neutral", beat=s, commands=(command(0.0, s),), seen=calm)
    yield move("forward", beat=s, commands=(command(3.0, s),), seen=calm)
    yield move("arm", arm(s), beat=s, commands=(command(0.0, s),), seen=calm)


def _time(s: int) -> Iterator[Move]:
    yield from _basics(s)
    yield move("drive, no heartbeat", commands=(command(3.0, s),))
    yield move("back, as fast as can be", beat=s, commands=(command(-9.0, s),))
    yield move("heartbeat", beat=s)
    yield move("release", Release(s or 1), beat=s)
    yield move("stop", STOP, beat=s)
    yield move("halt", HALT)
    yield move("shutdown", shutdown=True, beat=s, commands=(command(3.0, s),))


def _everything(s: int) -> Iterator[Move]:
    yield from _basics(s)
    driving = command(3.0, s)
    yield move("heartbeat", beat=s)
    for x in (0.0, 3.0):
        yield move(f"command {x}, no heartbeat", commands=(command(x, s),))
    for ask in (acquire(Priority.TASK, s), acquire(Priority.SUPERVISOR, s, take=True)):
        yield move(f"{ask.holder}", ask, beat=s, commands=(driving,))
    requests: dict[str, Request] = {
        "release": Release(s or 1),
        "disarm": disarm(s),
        "stop": STOP,
        "halt": HALT,
        "soft reset": SOFT_RESET,
        "held reset": HELD_RESET,
    }
    for name, asked in requests.items():
        yield move(name, asked, beat=s, commands=(driving,))
    for name, one in {
        "duplicate": replace(driving, seq=SAME),
        "sideways": replace(driving, velocity=(3.0, 1.0, 0.0)),
        "nan": command(nan, s),
        "stale": replace(driving, stamp_age_s=1.0),
        "foreign nan": command(nan, foreign(s)),
    }.items():
        yield move(name, beat=s, commands=(one,))
    for name, world in {
        "no odometry": {"seen": replace(CALM, odometry_age_s=2.0)},
        "gateway silent": {"seen": replace(CALM, gateway_age_s=2.0)},
        "too fast": {"seen": replace(CALM, linear_speed=9.0)},
        "late": {"late_s": 1.0},
        "long gap": {"elapsed": 2.0},
        "internal failure": {"failures": Cause.INTERNAL},
    }.items():
        yield move(name, beat=s, commands=(driving,), **world)  # type: ignore[arg-type]


def _motion(s: int) -> Iterator[Move]:
    yield from _basics(s)
    wanted = {"": None, "neutral": 0.0, "forward": 3.0, "back": -3.0, "slow": 1.0}
    for (name, x), beat in itertools.product(wanted.items(), (s, 0)):
        commands = () if x is None else (command(x, s),)
        yield move(f"{name} {'beat' if beat else ''}".strip(), commands=commands, beat=beat)
    for x in (None, 0.0):
        commands = () if x is None else (command(x, s),)
        yield move(f"arm without heartbeat, with {x}", arm(s), commands=commands)
    requests: dict[str, tuple[Request, ...]] = {
        "arm": (arm(s),),
        "disarm": (disarm(s),),
        "release": (Release(s or 1),),
        "stop": (STOP,),
        "arm and stop": (arm(s), STOP),
        "stop and reset": (STOP, RESET),
        "disarm and arm": (disarm(s), arm(s)),
        "arm and disarm": (arm(s), disarm(s)),
        "release and acquire": (Release(s or 1), acquire(_OPERATOR, s)),
        "reset and arm": (RESET, arm(s)),
    }
    for (name, asked), x in itertools.product(requests.items(), (None, 0.0, 3.0)):
        commands = () if x is None else (command(x, s),)
        yield move(f"{name} with {x}", *asked, commands=commands, beat=s)


def _senses(s: int) -> Iterator[Move]:
    yield from _basics(s)
    yield move("acquire for a task", acquire(Priority.TASK, s))
    yield move("release", Release(s or 1), beat=s)
    blind = replace(CALM, odometry_age_s=2.0)
    worlds = {
        "no odometry": {"seen": blind},
        "no tf": {"seen": replace(CALM, tf_age_s=2.0)},
        "odometry not finite": {"seen": replace(CALM, linear_speed=nan)},
        "gateway silent": {"seen": replace(CALM, gateway_age_s=2.0)},
        "blind, gateway silent": {"seen": replace(blind, gateway_age_s=2.0)},
        "too fast": {"seen": replace(CALM, linear_speed=9.0)},
        "late": {"late_s": 1.0},
        "long gap": {"elapsed": 2.0},
    }
    for name, world in worlds.items():
        yield move(name, **world)  # type: ignore[arg-type]
        yield move(f"{name}: reset", RESET, **world)  # type: ignore[arg-type]
        driving = (command(3.0, s),)
        yield move(f"{name}: drive", beat=s, commands=driving, **world)  # type: ignore[arg-type]
        yield move(f"{name}: arm", arm(s), beat=s, commands=(command(0.0, s),), **world)  # type: ignore[arg-type]


def _authority(s: int) -> Iterator[Move]:
    yield from _basics(s)
    other = foreign(s)
    for priority, take in itertools.product(
        (Priority.TASK, _OPERATOR, Priority.SUPERVISOR), (False, True)
    ):
        ask = acquire(priority, s, take=take)
        for x in (None, 3.0):
            commands = () if x is None else (command(x, s),)
            yield move(f"{ask.holder} {take=} {x}", ask, beat=s, commands=commands)
        yield move(f"{ask.holder} {take=} and stop", ask, STOP, beat=s)
    yield move("release", Release(s or 1), beat=s)
    yield move("release by another", Release(other), beat=s)
    yield move("arm and stop", arm(s), STOP, beat=s, commands=(command(0.0, s),))
    yield move("release and arm", Release(s or 1), arm(s), beat=s, commands=(command(0.0, s),))
    yield move("armed by another", arm(other), beat=s, commands=(command(0.0, s),))
    yield move("disarmed by another", disarm(other), beat=s, commands=(command(3.0, s),))
    yield move("disarm", disarm(s), beat=s)
    yield move("heartbeat only", beat=s)
    yield move("heartbeat of another", beat=other, commands=(command(3.0, s),))
    yield move("old heartbeat", beat=s, beat_seq=SAME, commands=(command(3.0, s),))
    yield move("driven by another", beat=s, commands=(command(3.0, other),))
    yield move("driven by both", beat=s, commands=(command(3.0, s), command(-3.0, other)))
    yield move("stop", STOP, beat=s)


def _stream(s: int) -> Iterator[Move]:
    yield from _basics(s)
    other = foreign(s)
    single = {
        "neutral": command(0.0, s),
        "forward": command(3.0, s),
        "duplicate": command(3.0, s, seq=SAME),
        "old": command(3.0, s, seq=OLD),
        "nan": command(nan, s),
        "huge": command(8.0, s),
        "fast": command(4.0, s),
        "sideways": replace(command(3.0, s), velocity=(2.0, 1.0, 0.0)),
        "stale": command(3.0, s, stamp_age=1.0),
        "from the future": command(3.0, s, stamp_age=-1.0),
        "late arrival": replace(command(3.0, s), age_s=1.0),
        "stale neutral": command(0.0, s, stamp_age=1.0),
        "foreign nan": command(nan, other),
    }
    for name, one in single.items():
        yield move(name, commands=(one,), beat=s)
        yield move(f"{name}, arm", arm(s), commands=(one,), beat=s)
    # In pairs: whether the second is judged right after the first, and the other way round.
    later = NEW + 1
    telling = ("neutral", "forward", "duplicate", "nan", "sideways", "stale neutral", "foreign nan")
    for first, second in itertools.permutations(telling, 2):
        one, two = single[first], single[second]
        pair = (one, replace(two, seq=later) if two.seq == NEW else two)
        yield move(f"{first}, {second}", commands=pair, beat=s)


def _latches(s: int) -> Iterator[Move]:
    yield from _basics(s)
    driving = (command(3.0, s),)
    stops: dict[str, tuple[Request, ...]] = {"": (), "stop": (STOP,), "halt": (HALT,)}
    resets: dict[str, tuple[Request, ...]] = {
        "": (),
        "reset": (RESET,),
        "soft reset": (SOFT_RESET,),
        "held reset": (HELD_RESET,),
        "two resets": (RESET, HELD_RESET),
    }
    failures = (Cause.NONE, Cause.INTERNAL, Cause.SELF_TEST)
    for (stop, a), (reset, b), failure in itertools.product(
        stops.items(), resets.items(), failures
    ):
        label = f"{stop} {reset} {failure.name or ''}".strip()
        yield move(label, *a, *b, beat=s, commands=driving, failures=failure)
    yield move("shutdown", shutdown=True, beat=s, commands=driving)
    yield move("shutdown and reset", RESET, shutdown=True)
    yield move("reset and arm", RESET, arm(s), beat=s, commands=(command(0.0, s),))
    yield move("stop, too late for a heartbeat", STOP)


def _stop_input(s: int) -> Iterator[Move]:
    yield from _basics(s, WIRED)
    levels = {
        "pressed": replace(WIRED, stop_input=StopInput.PRESSED),
        "silent": replace(WIRED, stop_input_age_s=2.0),
        "pressed, then silent": replace(WIRED, stop_input=StopInput.PRESSED, stop_input_age_s=2.0),
        "released, blind": replace(WIRED, odometry_age_s=2.0),
        "pressed, blind": replace(WIRED, stop_input=StopInput.PRESSED, odometry_age_s=2.0),
    }
    for name, seen in levels.items():
        yield move(name, seen=seen)
        yield move(f"{name}: drive", seen=seen, beat=s, commands=(command(3.0, s),))
        yield move(f"{name}: arm", arm(s), seen=seen, beat=s, commands=(command(0.0, s),))
        for reset, asked in {"reset": RESET, "soft reset": SOFT_RESET}.items():
            yield move(f"{name}: {reset}", asked, seen=seen, beat=s)
    yield move("soft reset", SOFT_RESET, seen=WIRED)
    yield move("halt", HALT, seen=WIRED)
    yield move("stop", STOP, seen=WIRED, beat=s)
