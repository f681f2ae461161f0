"""Makes a session's outgoing frames: numbered, stamped, and the state when it is due."""

from __future__ import annotations

from lanyard_core.safety.states import AckStatus
from lanyard_core.stream.effects import SendFrame
from lanyard_core.stream.frames import Ack, Command, Err, Pong, StateChange
from lanyard_core.telemetry.status import UNKNOWN_SAFETY, SafetyStatus
from lanyard_core.telemetry.words import SAFE_STOP, cause_words, reason_words, state_word


class Outbox:
    """Numbers rise by one with each frame, starting at 1. Times in seconds."""

    def __init__(self, *, unix_offset_s: float, state_period_s: float, now: float) -> None:
        """``unix_offset_s``: what to add to our monotonic time to get the time of day."""
        self._unix_offset_s = unix_offset_s
        self._period_s = state_period_s
        self._seq = 0
        self._safety: SafetyStatus = UNKNOWN_SAFETY
        self._told: tuple[object, ...] = ()
        self.state_due = now + state_period_s

    def head(self, now: float) -> tuple[int, int]:
        """Number and time of the next frame."""
        self._seq += 1
        return self._seq, self.unix_us(now)

    def unix_us(self, now: float) -> int:
        """The time of day in microseconds."""
        return round((now + self._unix_offset_s) * 1e6)

    def err(self, now: float, code: str, detail: str, ack: int | None = None) -> SendFrame:
        """Something was refused."""
        return SendFrame(Err(*self.head(now), code, detail, ack))

    def pong(self, now: float, ping_seq: int) -> SendFrame:
        """The answer to a ping that came now."""
        return SendFrame(Pong(*self.head(now), ping_seq, self.unix_us(now)))

    def ack(
        self,
        now: float,
        command: Command,
        status: AckStatus,
        *,
        arrived: float,
        control_s: float,
        lost: int,
    ) -> SendFrame:
        """What became of a command."""
        seq, ts_us = self.head(now)
        return SendFrame(
            Ack(
                seq,
                ts_us,
                ack=command.seq,
                status=status,
                rx_us=self.unix_us(arrived),
                ctl_us=round(control_s * 1e6),
                lost=lost,
                packed=command.packed,
            )
        )

    def state_if_changed(self, now: float, safety: SafetyStatus, *, armed: bool) -> list[SendFrame]:
        """The state, when it is not the one that was told last."""
        self._safety = safety
        told = (safety.state, safety.causes, safety.reason, safety.at_rest, armed)
        if told == self._told:
            return []
        self._told = told
        return [self.state(now, armed=armed)]

    def state(self, now: float, *, armed: bool) -> SendFrame:
        """The state as it was reported last."""
        self.state_due = now + self._period_s
        safety = self._safety
        since = safety.since_unix_s
        return SendFrame(
            StateChange(
                *self.head(now),
                state=state_word(safety.state),
                reason=reason_words(safety),
                causes=cause_words(safety.causes),
                armed=armed,
                at_rest=safety.at_rest,
                since_us=None if since is None else round(since * 1e6),
            )
        )

    def stopping(self, now: float, reason: str) -> SendFrame:
        """The session itself is stopping the robot; the control node's report will follow."""
        self._told = ()
        head = self.head(now)
        return SendFrame(StateChange(*head, SAFE_STOP, reason, (), False, False, head[1]))
