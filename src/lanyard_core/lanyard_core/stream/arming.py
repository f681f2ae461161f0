"""Whether a session may move the robot: the lease it holds, and whether it was armed under it."""

from __future__ import annotations

from dataclasses import dataclass

from lanyard_core.safety.states import AckStatus, State
from lanyard_core.stream.frames import Command
from lanyard_core.telemetry.status import UNKNOWN_SAFETY, SafetyStatus

_LATCHED = frozenset({State.STARTING, State.SAFE_STOP, State.HALTED, State.FAULT})
_STOPPED = _LATCHED | {State.STOPPING}


@dataclass(frozen=True, slots=True)
class Lease:
    """What became of asking for the lease. ``session``: its nonce, 0 when another has it."""

    holder: str
    session: int = 0
    ttl_s: float = 0.0

    @property
    def is_ours(self) -> bool:
        """Whether this session holds the lease."""
        return self.session != 0


class Arming:
    """Follows lease and arming through what the robot reports.

    Reports and answers travel on different ways, so an older report may come after a newer
    answer: that the lease is another's, or that the robot is idle, counts only once the opposite
    was reported before.
    """

    def __init__(self, *, lease: Lease, arm_by: float) -> None:
        """``arm_by``: until when (seconds, monotonic) the session must have been armed."""
        self.lease = lease
        self.arm_by: float | None = arm_by
        self.armed = False
        self.in_progress = False
        self._safety: SafetyStatus = UNKNOWN_SAFETY
        self._lease_was_seen = False
        self._active_was_seen = False
        self._last_was_neutral = True

    def asked(self) -> None:
        """The control node is being asked to arm."""
        self.in_progress = True

    def answered(self, *, success: bool) -> bool:
        """The control node answered. False when nobody waits for it any more, because of a stop."""
        if not self.in_progress:
            return False
        self.in_progress = False
        if success:
            self.armed = True
            self.arm_by = None
            self._active_was_seen = False
            self._last_was_neutral = True
        return True

    def disarm(self) -> None:
        """Nothing that asks for motion goes on until the session is armed again."""
        self.armed = False
        self.in_progress = False

    def lease_ended(self) -> None:
        """The lease is another's, or nobody's."""
        self.disarm()
        self.lease = Lease(holder=self._safety.holder)

    def robot_reported(self, safety: SafetyStatus) -> bool:
        """Take in a report. True when it says that the lease is not ours any more."""
        self._safety = safety
        if safety.state in _LATCHED:
            self.armed = False
        elif safety.state is State.ACTIVE:
            self._active_was_seen = True
        elif safety.state is State.IDLE and self._active_was_seen:
            self.armed = False
        if not self.lease.is_ours:
            return False
        if safety.session == self.lease.session:
            self._lease_was_seen = True
        return self._lease_was_seen and safety.session != self.lease.session

    def refusal(self, command: Command) -> AckStatus | None:
        """Why a command may not go on, or None. Neutral ones may, because arming needs them."""
        if not self.lease.is_ours:
            return AckStatus.LEASE_LOST
        if self.armed or command.is_neutral:
            return None
        return AckStatus.SAFE_STOP if self._safety.state in _STOPPED else AckStatus.NOT_ARMED

    def sent(self, command: Command) -> None:
        """A command went on to the robot."""
        self._last_was_neutral = command.is_neutral

    @property
    def may_be_moving(self) -> bool:
        """Whether the robot moves for this session, as far as can be known."""
        return self.armed and not (self._last_was_neutral and self._safety.at_rest)
