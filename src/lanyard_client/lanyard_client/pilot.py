"""The client's half of the command channel: what to send when, and what the answers mean.

Like the session at the other end it holds no clock and does nothing itself: it is told ``now``
(seconds, monotonic) and the frames that came, and says which frames are due. One pilot serves one
connection, so nothing that was meant for an older one can be sent on a newer. Not thread-safe.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from enum import Enum

from lanyard_core.safety.states import AckStatus
from lanyard_core.stream.frames import (
    Ack,
    Arm,
    ClientFrame,
    Command,
    Err,
    Hello,
    Ping,
    Pong,
    ServerFrame,
    StateChange,
    Stop,
)
from lanyard_core.telemetry.status import Twist

NEUTRAL = Twist()
_AWAITED = 256
_STOPS = 4
_IN_WORDS = {
    "ack_timeout": "it was stopped because a command was not acknowledged in time",
    "sequence": "it was stopped because sequence numbers did not rise",
    "command_invalid": "it was stopped because a velocity was not a finite number",
    "client_stop": "it was stopped by a client",
}
_ARM_ERRORS = frozenset({"arm_refused", "reset_refused", "bad_session", "lease_held"})


class Phase(Enum):
    """Where the pilot is."""

    GREETING = "waiting for hello"
    CONNECTED = "connected, not armed"
    ARMING = "asked to be armed"
    ARMED = "armed"


@dataclass(slots=True)
class LinkFigures:
    """How the link did: commands sent, applied, refused while armed; round trips in seconds.

    ``interruptions``: how often the robot slowed down because commands came late.
    """

    sent: int = 0
    applied: int = 0
    refused: int = 0
    interruptions: int = 0
    round_trip_s: float | None = None
    worst_round_trip_s: float = 0.0


class Pilot:
    """Sends commands at a fixed rate and pings each second; neutral unless told and armed."""

    def __init__(
        self, *, now: float, unix_offset_s: float, rate_hz: float, packed: bool = True
    ) -> None:
        """``unix_offset_s``: what to add to ``now`` to get the time of day, for the stamps.

        ``packed``: send commands in their short form, which JSON does not have.
        """
        self.phase = Phase.GREETING
        self.hello: Hello | None = None
        self.state: StateChange | None = None
        self.figures = LinkFigures()
        self.refusal = ""
        self._unix_offset_s = unix_offset_s
        self._period_s = 1.0 / rate_hz
        self._seq = 0
        self._twist = NEUTRAL
        self._twist_until: float | None = None
        self._command_due = now
        self._ping_due = now
        self._packed = packed
        self._wants_arm = False
        self._clear_safe_stop = False
        self._robot_knows_neutral = False
        self._neutral_first = False
        self._stops: deque[str] = deque(maxlen=_STOPS)
        self._awaited: OrderedDict[int, tuple[float, bool]] = OrderedDict()
        self._rest_confirmed = False

    @property
    def at_rest(self) -> bool:
        """Whether the robot took a neutral command after its last motion, and is at rest."""
        return self._rest_confirmed and self.state is not None and self.state.at_rest

    @property
    def frames_of_reference(self) -> tuple[str, ...]:
        """The frames that commands may name, as the server said."""
        return self.hello.frames if self.hello is not None else ()

    def arm(self, *, clear_safe_stop: bool) -> None:
        """Ask to be armed; ``clear_safe_stop`` clears a stop that stands, when this client may."""
        if self.phase is Phase.ARMED:
            return
        self.refusal = ""
        self._wants_arm = True
        self._clear_safe_stop = clear_safe_stop

    def set_velocity(self, twist: Twist, *, until: float | None = None) -> None:
        """Send this velocity from now on; after ``until`` (seconds, monotonic) neutral again."""
        self._twist = twist
        self._twist_until = until
        self._rest_confirmed = False

    def stop(self, reason: str) -> None:
        """Stop the robot, latched; goes out before anything else."""
        self.set_velocity(NEUTRAL)
        self._stops.append(reason)

    def frame_received(self, now: float, frame: ServerFrame) -> None:
        """A frame came from the server."""
        if isinstance(frame, Hello):
            self.hello = frame
            self.phase = Phase.CONNECTED
        elif isinstance(frame, Ack):
            self._acknowledged(now, frame)
        elif isinstance(frame, StateChange):
            self._state_changed(frame)
        elif isinstance(frame, Err):
            self._refused(frame)
        elif isinstance(frame, Pong):
            self._measured(now, frame.ack)

    def due(self, now: float) -> list[ClientFrame]:
        """The frames to send now, in order."""
        if self.phase is Phase.GREETING:
            return []
        frames: list[ClientFrame] = [Stop(*self._head(now), reason) for reason in self._stops]
        self._stops.clear()
        if now >= self._ping_due:
            self._ping_due = now + self._ping_interval_s()
            frames.append(Ping(*self._await(now, neutral=False)))
        if now >= self._command_due:
            frames.append(self._command(now))
            frames += self._arm(now)
        return frames

    def next_deadline(self) -> float | None:
        """When frames are due again; None before hello, when nothing may be sent."""
        if self.phase is Phase.GREETING:
            return None
        return min(self._command_due, self._ping_due)

    def _arm(self, now: float) -> list[ClientFrame]:
        """Ask to be armed, once the robot has answered a neutral command: arming needs one."""
        if not (self._wants_arm and self._robot_knows_neutral and self.hello is not None):
            return []
        self._wants_arm = False
        self.phase = Phase.ARMING
        return [Arm(*self._head(now), self.hello.session, self._clear_safe_stop)]

    def _command(self, now: float) -> Command:
        self._command_due += self._period_s
        if self._command_due <= now:  # late: go on from here, and make up for nothing
            self._command_due = now + self._period_s
        if self._twist_until is not None and now >= self._twist_until:
            self.set_velocity(NEUTRAL)
        twist = self._twist if self.phase is Phase.ARMED and not self._neutral_first else NEUTRAL
        self._neutral_first = False
        self.figures.sent += 1
        head = self._await(now, neutral=twist == NEUTRAL)
        return Command(*head, twist, packed=self._packed)

    def _ping_interval_s(self) -> float:
        # Twice as often as asked: one late ping must not look like a lost client.
        return self.hello.timing.ping_interval_s / 2 if self.hello is not None else 0.5

    def _head(self, now: float) -> tuple[int, int]:
        self._seq += 1
        return self._seq, round((now + self._unix_offset_s) * 1e6)

    def _await(self, now: float, *, neutral: bool) -> tuple[int, int]:
        head = self._head(now)
        self._awaited[head[0]] = (now, neutral)
        if len(self._awaited) > _AWAITED:
            self._awaited.popitem(last=False)
        return head

    def _measured(self, now: float, seq: int) -> bool:
        sent, neutral = self._awaited.pop(seq, (None, False))
        if sent is not None:
            self.figures.round_trip_s = now - sent
            self.figures.worst_round_trip_s = max(self.figures.worst_round_trip_s, now - sent)
        return neutral

    def _acknowledged(self, now: float, ack: Ack) -> None:
        neutral = self._measured(now, ack.ack)
        self._robot_knows_neutral = self._robot_knows_neutral or neutral
        if ack.status in (AckStatus.OK, AckStatus.CLAMPED):
            self.figures.applied += 1
            self._rest_confirmed = neutral and self._twist == NEUTRAL
        elif self.phase is Phase.ARMED:
            self.figures.refused += 1
            if ack.status is AckStatus.NOT_ARMED:
                # Commands were late and the robot slowed down; one neutral command lets it go on.
                self._neutral_first = True
                self.figures.interruptions += 1

    def _state_changed(self, frame: StateChange) -> None:
        self.state = frame
        if frame.armed:
            self.phase = Phase.ARMED
        elif self.phase is Phase.ARMED:
            self.phase = Phase.CONNECTED
            self.refusal = _IN_WORDS.get(frame.reason, frame.reason) or frame.state
            self.set_velocity(NEUTRAL)

    def _refused(self, frame: Err) -> None:
        if self.phase is Phase.ARMING and frame.code in _ARM_ERRORS:
            self.phase = Phase.CONNECTED
            self.refusal = frame.detail or frame.code
