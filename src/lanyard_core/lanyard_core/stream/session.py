"""One client's command session: what each frame, answer and passing moment leads to.

The session holds no clock and does nothing itself. Its methods are told ``now`` (seconds,
monotonic) and return effects, in order; ``next_deadline`` says when ``deadline_passed`` wants to
be called. Not thread-safe: one thread calls it. What it promises, whatever a client sends:

- A command goes on to the robot only when it is new, fresh, and the session holds the lease; one
  that asks for motion also needs the session to be armed. Arming names this session, so nothing
  that was recorded or queued for another one moves anything.
- No ping for ``ping_timeout_s``, missing acknowledgements, numbers that do not rise, values that
  are not finite, a flood, or the end of the socket while the robot moves: the robot is stopped.
- A client's ``stop`` is never refused.
- The control node's own watchdog needs nothing from here, and nothing here waits for it.
"""

from __future__ import annotations

from lanyard_core.faults import MalformedFrame
from lanyard_core.port import CommandAck
from lanyard_core.safety.states import AckStatus
from lanyard_core.stream.arming import Arming, Lease
from lanyard_core.stream.channel import CloseCode
from lanyard_core.stream.clock_offset import ClockOffset
from lanyard_core.stream.command_path import CommandPath
from lanyard_core.stream.effects import (
    ArmRobot,
    CloseSocket,
    Effect,
    ReleaseLease,
    ResetRobot,
    SendFrame,
    SendHeartbeat,
    StopRobot,
)
from lanyard_core.stream.frames import Arm, ClientFrame, Command, Hello, Ping, Stop
from lanyard_core.stream.outbox import Outbox
from lanyard_core.stream.pacing import Strikes
from lanyard_core.stream.sequence import Arrival, SequenceTracker
from lanyard_core.stream.settings import StreamSettings
from lanyard_core.telemetry.status import RobotStatus
from lanyard_core.telemetry.words import state_word

_CLOSE_AT_ONCE = {"too_large": CloseCode.TOO_BIG, "wrong_kind": CloseCode.WRONG_KIND}


class CommandSession:
    """The rules of one connection. See the module's docstring."""

    def __init__(
        self,
        *,
        now: float,
        unix_offset_s: float,
        session_id: str,
        robot_id: str,
        lease: Lease,
        settings: StreamSettings,
        may_reset_severe: bool,
    ) -> None:
        """``unix_offset_s``: what to add to ``now`` to get the time of day, for outgoing stamps."""
        self._id = session_id
        self._robot_id = robot_id
        self._settings = settings
        self._may_reset_severe = may_reset_severe
        timing = settings.timing
        self._out = Outbox(
            now=now, unix_offset_s=unix_offset_s, state_period_s=timing.state_period_s
        )
        self._arming = Arming(lease=lease, arm_by=now + timing.arm_timeout_s)
        self._sequence = SequenceTracker(counts_gaps=not settings.bare_twists)
        self._offset = ClockOffset()
        self._path = CommandPath(
            settings=settings,
            sequence=self._sequence,
            offset=self._offset,
            arming=self._arming,
            outbox=self._out,
        )
        strikes, window_s = settings.strikes, settings.strike_window_s
        self._bad_numbers = Strikes(limit=strikes, window_s=window_s)
        self._bad_frames = Strikes(limit=strikes, window_s=window_s)
        self._flood = Strikes(limit=settings.limits.flood_hz, window_s=1.0)
        self._ping_by = now + timing.ping_timeout_s
        self._over = False

    @property
    def over(self) -> bool:
        """Whether the session has ended: nothing that comes now has an effect."""
        return self._over

    @property
    def armed(self) -> bool:
        """Whether commands that ask for motion are handed on."""
        return self._arming.armed

    def opened(self, now: float, status: RobotStatus) -> list[Effect]:
        """The socket is open. Says hello, and shows the control node that the holder is there."""
        self._arming.robot_reported(status.safety)
        lease, settings = self._arming.lease, self._settings
        hello = Hello(
            *self._out.head(now),
            session=self._id,
            robot_id=self._robot_id,
            state=state_word(status.safety.state),
            lease_holder=lease.holder,
            lease_is_yours=lease.is_ours,
            lease_ttl_ms=round(lease.ttl_s * 1000),
            limits=settings.limits,
            timing=settings.timing,
            frames=settings.frames,
        )
        state = self._out.state_if_changed(now, status.safety, armed=False)
        return [SendFrame(hello), *state, *self._heartbeat()]

    def frame_received(self, now: float, frame: ClientFrame) -> list[Effect]:
        """A frame came at ``now``."""
        if self._over:
            return []
        is_flood = self._flood.strike(now)
        if isinstance(frame, Stop):  # whatever else is wrong with it or with this client
            self._sequence.take(frame.seq)
            effects = self._stop(now, "client_stop", frame.reason)
            return effects + self._close(now, CloseCode.RATE) if is_flood else effects
        if is_flood:
            return self._close(now, CloseCode.RATE)
        arrival = self._sequence.take(frame.seq)
        if isinstance(frame, Command):
            effects = self._path.received(now, frame, arrival)
        elif arrival is not Arrival.NEW:
            effects = [self._out.err(now, arrival.value, "its seq did not rise", frame.seq)]
        else:
            self._offset.learn(now, frame.ts_us / 1e6)
            return self._ping(now, frame) if isinstance(frame, Ping) else self._arm(now, frame)
        if arrival is not Arrival.NEW and self._bad_numbers.strike(now) and self.armed:
            effects += self._stop(now, "sequence")
        return effects

    def control_ping_received(self, now: float) -> list[Effect]:
        """A ping of the WebSocket protocol came, and was answered there: it counts like ours."""
        if self._over:
            return []
        if self._flood.strike(now):
            return self._close(now, CloseCode.RATE)
        return self._holder_is_there(now)

    def frame_refused(self, now: float, fault: MalformedFrame) -> list[Effect]:
        """Something came that is no frame, for the reason that ``fault`` gives."""
        if self._over:
            return []
        if self._flood.strike(now):
            return self._close(now, CloseCode.RATE)
        effects: list[Effect] = [self._out.err(now, fault.code, fault.detail)]
        if fault.code in _CLOSE_AT_ONCE:
            return effects + self._close(now, _CLOSE_AT_ONCE[fault.code])
        if self._bad_frames.strike(now):
            return effects + self._close(now, CloseCode.BAD_FRAME)
        if fault.code == "not_finite" and self.armed:
            effects += self._stop(now, "command_invalid")
        return effects

    def command_acknowledged(self, now: float, ack: CommandAck) -> list[Effect]:
        """The control node answered a command, of whatever session; known here at ``now``."""
        if self._over or ack.session != self._arming.lease.session:
            return []
        effects = self._path.acknowledged(now, ack) + self._stop_if_acks_failed(now)
        return effects + self._lease_lost(now) if ack.status is AckStatus.LEASE_LOST else effects

    def status_seen(self, now: float, status: RobotStatus) -> list[Effect]:
        """What is known of the robot now; called when it changes and whenever convenient."""
        if self._over:
            return []
        if not status.online:
            return self._close(now, CloseCode.ROBOT_OFFLINE)
        lease_lost = self._arming.robot_reported(status.safety)
        effects: list[Effect] = [*self._out.state_if_changed(now, status.safety, armed=self.armed)]
        return effects + self._lease_lost(now) if lease_lost else effects

    def arm_answered(self, now: float, *, success: bool, message: str) -> list[Effect]:
        """The control node armed, or said in ``message`` why not."""
        if self._over or not self._arming.answered(success=success):
            return []
        if not success:
            return [self._out.err(now, "arm_refused", message)]
        return [self._out.state(now, armed=True)]

    def reset_answered(self, now: float, *, success: bool, message: str) -> list[Effect]:
        """The control node cleared its stops, and is asked to arm; or it said why not."""
        if self._over or not self._arming.in_progress:
            return []
        if success:
            return [ArmRobot()]
        self._arming.answered(success=False)
        return [self._out.err(now, "reset_refused", message)]

    def next_deadline(self) -> float | None:
        """When to call ``deadline_passed``; None when the session is over."""
        if self._over:
            return None
        due = min(self._ping_by, self._out.state_due)
        for when in (self._arming.arm_by, self._path.next_deadline()):
            if when is not None and when < due:
                due = when
        return due

    def deadline_passed(self, now: float) -> list[Effect]:
        """Do whatever has come due. Harmless when nothing has."""
        if self._over:
            return []
        if now >= self._ping_by:
            return self._close(now, CloseCode.PING_TIMEOUT)
        if self._arming.arm_by is not None and now >= self._arming.arm_by:
            return self._close(now, CloseCode.NOT_ARMED_IN_TIME)
        effects = self._path.deadline_passed(now) + self._stop_if_acks_failed(now)
        if now >= self._out.state_due:
            effects.append(self._out.state(now, armed=self.armed))
        return effects

    def closed(self) -> list[Effect]:
        """The socket is gone, whoever closed it. The session is over."""
        effects: list[Effect] = []
        if self._arming.may_be_moving:
            effects.append(StopRobot("disconnected"))
        if self._arming.lease.is_ours:
            effects.append(ReleaseLease())
        self._arming.lease_ended()
        self._over = True
        return effects

    def _ping(self, now: float, frame: Ping) -> list[Effect]:
        return [*self._holder_is_there(now), self._out.pong(now, frame.seq)]

    def _holder_is_there(self, now: float) -> list[Effect]:
        self._ping_by = now + self._settings.timing.ping_timeout_s
        return self._heartbeat()

    def _heartbeat(self) -> list[Effect]:
        return [SendHeartbeat()] if self._arming.lease.is_ours else []

    def _arm(self, now: float, frame: Arm) -> list[Effect]:
        lease = self._arming.lease
        if frame.session != self._id:
            return [self._out.err(now, "bad_session", "repeat the session of hello", frame.seq)]
        if not lease.is_ours:
            detail = f"{lease.holder or 'nobody'} holds the lease; connect again to ask for it"
            return [self._out.err(now, "lease_held", detail, frame.seq)]
        if self.armed or self._arming.in_progress:
            return [self._out.state(now, armed=self.armed)]
        self._arming.asked()
        if frame.clear_safe_stop:
            return [ResetRobot(may_reset_severe=self._may_reset_severe)]
        return [ArmRobot()]

    def _stop_if_acks_failed(self, now: float) -> list[Effect]:
        if not (self._path.acks_failed and self.armed):
            return []
        return self._stop(now, "ack_timeout")

    def _stop(self, now: float, reason: str, detail: str = "") -> list[Effect]:
        self._arming.disarm()
        self._path.stopped()
        return [StopRobot(reason, detail), self._out.stopping(now, reason)]

    def _lease_lost(self, now: float) -> list[Effect]:
        # The control node stops the robot by itself when its lease changes hands.
        self._arming.lease_ended()
        return self._close(now, CloseCode.LEASE_LOST)

    def _close(self, now: float, code: CloseCode) -> list[Effect]:
        effects = self._stop(now, code.reason) if self.armed else []
        self._over = True
        return [*effects, CloseSocket(code)]
