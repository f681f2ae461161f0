"""The way of a command through a session: refused or handed on, awaited, acknowledged.

Knows nothing of sockets, arming requests or pings. Like the session it belongs to it is told the
time and returns effects. Whether missing acknowledgements are to stop the robot is asked of
``acks_failed``.
"""

from __future__ import annotations

from lanyard_core.port import CommandAck
from lanyard_core.safety.states import AckStatus
from lanyard_core.stream.arming import Arming
from lanyard_core.stream.clock_offset import ClockOffset
from lanyard_core.stream.effects import Effect, PublishCommand
from lanyard_core.stream.frames import Command
from lanyard_core.stream.outbox import Outbox
from lanyard_core.stream.pacing import CommandPacer, Held
from lanyard_core.stream.pending import PendingAcks
from lanyard_core.stream.sequence import Arrival, SequenceTracker
from lanyard_core.stream.settings import StreamSettings

_SEEN_BEFORE = {
    Arrival.DUPLICATE: AckStatus.DUPLICATE,
    Arrival.OUT_OF_ORDER: AckStatus.OUT_OF_ORDER,
}


class CommandPath:
    """One per session; shares its numbers, clock, arming and outbox."""

    def __init__(
        self,
        *,
        settings: StreamSettings,
        sequence: SequenceTracker,
        offset: ClockOffset,
        arming: Arming,
        outbox: Outbox,
    ) -> None:
        self._settings = settings
        self._sequence = sequence
        self._offset = offset
        self._arming = arming
        self._out = outbox
        limits = settings.limits
        self._pacer = CommandPacer(rate_hz=limits.hard_max_hz, burst=limits.burst)
        self._pending = PendingAcks(deadline_s=settings.timing.ack_deadline_s)
        self._missed_in_a_row = 0

    @property
    def acks_failed(self) -> bool:
        """Whether as many acknowledgements in a row are missing as may be."""
        return self._missed_in_a_row >= self._settings.ack_miss_limit

    def received(self, now: float, command: Command, arrival: Arrival) -> list[Effect]:
        """A command came from the client."""
        status = self._refusal(now, command, arrival)
        if status is not None:
            return [self._not_sent(now, Held(command, now), status)]
        ready, replaced = self._pacer.offer(now, command)
        effects: list[Effect] = []
        if replaced is not None:
            effects.append(self._not_sent(now, replaced.held, replaced.status))
        if ready is not None:
            effects.append(self._send(now, ready))
        return effects

    def acknowledged(self, now: float, ack: CommandAck) -> list[Effect]:
        """The control node answered a command of this session."""
        entry = self._pending.answered(ack.seq)
        if entry is None:
            return []
        if now <= entry.deadline:
            self._missed_in_a_row = 0
        elif not entry.settled:
            self._missed_in_a_row += 1
        if not entry.command.want_ack and ack.status in (AckStatus.OK, AckStatus.CLAMPED):
            return []
        return [
            self._out.ack(
                now,
                entry.command,
                ack.status,
                arrived=entry.arrived,
                control_s=now - entry.sent,
                lost=self._sequence.lost,
            )
        ]

    def next_deadline(self) -> float | None:
        """When ``deadline_passed`` has something to do; None when nothing waits."""
        turn, late = self._pacer.next_deadline(), self._pending.next_deadline()
        if turn is None or late is None:
            return late if turn is None else turn
        return min(turn, late)

    def deadline_passed(self, now: float) -> list[Effect]:
        """Count what is overdue, and send on the command that has waited for its turn."""
        self._missed_in_a_row += self._pending.overdue(now)
        ready = self._pacer.due(now)
        return [self._send(now, ready)] if ready is not None else []

    def stopped(self) -> None:
        """The robot is being stopped: nothing waits for its turn any more, nothing is awaited."""
        self._pacer.drop()
        self._pending.forget_deadlines()
        self._missed_in_a_row = 0

    def _send(self, now: float, ready: Held) -> Effect:
        command = ready.command
        # Before arming nothing moves, so nothing is at stake when an answer is late.
        self._pending.sent(now, command, arrived=ready.arrived, awaited=self._arming.armed)
        self._arming.sent(command)
        age_s = max(0.0, self._offset.age(now, command.ts_us / 1e6))
        return PublishCommand(command.seq, command.twist, command.joint_velocities, age_s)

    def _not_sent(self, now: float, refused: Held, status: AckStatus) -> Effect:
        return self._out.ack(
            now,
            refused.command,
            status,
            arrived=refused.arrived,
            control_s=0.0,
            lost=self._sequence.lost,
        )

    def _refusal(self, now: float, command: Command, arrival: Arrival) -> AckStatus | None:
        if arrival is not Arrival.NEW:
            return _SEEN_BEFORE[arrival]
        if command.frame_id and command.frame_id not in self._settings.frames:
            return AckStatus.INVALID
        if not self._is_fresh(now, command):
            return AckStatus.STALE
        return self._arming.refusal(command)

    def _is_fresh(self, now: float, command: Command) -> bool:
        """Whether no stamp says that the command is too old, or ahead of time."""
        timing = self._settings.timing
        age = self._offset.age(now, command.ts_us / 1e6)
        if age < -timing.max_ahead_s:
            return False
        if age < 0.0:
            self._offset.learn(now, command.ts_us / 1e6)
        oldest = age
        if command.stamp_us is not None:
            oldest = max(age, self._offset.age(now, command.stamp_us / 1e6))
        limit = timing.max_age_s
        if command.ttl_ms is not None:
            limit = min(limit, command.ttl_ms / 1000)
        return oldest <= limit
