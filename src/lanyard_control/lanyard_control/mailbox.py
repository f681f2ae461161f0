"""What crosses from the executor's thread into the control loop: bounded, and emptied by each tick.

The executor's thread puts, the loop's thread takes. Neither ever waits for the other for longer
than a few list operations. When a queue is full its oldest entry goes; an evicted command is
still answered, because every command that was received gets exactly one acknowledgement.
Commands and requests ring, so that they need not wait for the next tick; heartbeats can wait.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from lanyard_core.safety.states import State
from lanyard_core.safety.values import Beat, Command, Reply, Request, Velocity

COMMANDS = 64
EVICTED = 4096
BEATS = 64
REQUESTS = 64


@dataclass(frozen=True, slots=True)
class ArrivedCommand:
    """A command with the moment of its arrival, by ``time.monotonic``."""

    session: int
    seq: int
    arrived: float
    stamp_age_s: float  # at arrival
    velocity: Velocity
    other_axes: tuple[float, ...]

    def at(self, now: float) -> Command:
        """The command as the machine sees it at ``now``."""
        age = now - self.arrived
        return Command(
            session=self.session,
            seq=self.seq,
            age_s=age,
            stamp_age_s=self.stamp_age_s + age,
            velocity=self.velocity,
            other_axes=self.other_axes,
        )


@dataclass(frozen=True, slots=True)
class ArrivedBeat:
    """A heartbeat of a session with the moment of its arrival."""

    session: int
    seq: int
    arrived: float

    def at(self, now: float) -> Beat:
        """The heartbeat as the machine sees it at ``now``."""
        return Beat(self.session, self.seq, now - self.arrived)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tick answered to one request, and how the robot stood after it."""

    reply: Reply
    state: State
    causes: int
    at_rest: bool


class Ticket:
    """One request on its way through the loop. The caller waits; the loop's thread answers."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self._answered = threading.Event()
        self._answer: Answer | None = None

    def settle(self, answer: Answer) -> None:
        """Give the answer; called once, by the loop."""
        self._answer = answer
        self._answered.set()

    def wait(self, timeout_s: float) -> Answer | None:
        """The answer, or None when none came in time: the request may still be judged later."""
        self._answered.wait(timeout_s)
        return self._answer


@dataclass(slots=True)
class Batch:
    """All that arrived since the last tick, in order."""

    commands: list[ArrivedCommand] = field(default_factory=list)
    evicted: list[ArrivedCommand] = field(default_factory=list)
    beats: list[ArrivedBeat] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)


def _nobody_listens() -> None:
    """Before there is a loop, what arrives waits for its first tick."""


class Mailbox:
    """The one place where the two threads meet. ``ring`` is called, by who put, after each put."""

    def __init__(self) -> None:
        self.ring: Callable[[], None] = _nobody_listens
        self._lock = threading.Lock()
        self._commands: deque[ArrivedCommand] = deque(maxlen=COMMANDS)
        self._evicted: deque[ArrivedCommand] = deque(maxlen=EVICTED)
        self._beats: deque[ArrivedBeat] = deque(maxlen=BEATS)
        self._tickets: deque[Ticket] = deque(maxlen=REQUESTS)

    def put_command(self, command: ArrivedCommand) -> None:
        """Add a command; the oldest is evicted when there are too many."""
        with self._lock:
            if len(self._commands) == COMMANDS:
                self._evicted.append(self._commands[0])
            self._commands.append(command)
        self.ring()

    def put_beat(self, beat: ArrivedBeat) -> None:
        """Add a heartbeat."""
        with self._lock:
            self._beats.append(beat)

    def put_request(self, request: Request) -> Ticket:
        """Add a request; its ticket will be answered by the tick that judges it."""
        ticket = Ticket(request)
        with self._lock:
            self._tickets.append(ticket)
        self.ring()
        return ticket

    def take(self) -> Batch:
        """Everything that arrived since the last call."""
        with self._lock:
            batch = Batch(
                list(self._commands), list(self._evicted), list(self._beats), list(self._tickets)
            )
            self._commands.clear()
            self._evicted.clear()
            self._beats.clear()
            self._tickets.clear()
        return batch
