"""What becomes news when a robot's status changes: told each status, it says what is new in it.

The first status is what was before, not news, except for what an operator must not miss: a robot
that is online, stopped or in error when we begin to look is told once. Never tells the nonce of a
lease. Pure; one thread.
"""

from __future__ import annotations

from collections.abc import Iterator

from lanyard_core.events.news import EventType, News
from lanyard_core.safety.states import State
from lanyard_core.stream.plain import Plain
from lanyard_core.telemetry.status import RobotError, RobotStatus, SafetyStatus
from lanyard_core.telemetry.words import cause_words, reason_words, state_word

_STOPPED = {
    State.STOPPING: EventType.ROBOT_SAFE_STOP,
    State.SAFE_STOP: EventType.ROBOT_SAFE_STOP,
    State.HALTED: EventType.ROBOT_HALTED,
    State.FAULT: EventType.ROBOT_FAULT,
}


class RobotWatch:
    """Follows one robot."""

    def __init__(self, robot_id: str) -> None:
        self._robot_id = robot_id
        self._online = False
        self._stopped: EventType | None = None
        self._lease: tuple[int, str] = (0, "")
        self._errors: dict[tuple[str, str], RobotError] = {}

    def seen(self, status: RobotStatus) -> list[News]:
        """What is new in this status. What a robot that is offline said last is no news."""
        news = [*self._link(status)]
        if status.online:
            news += [*self._stop(status.safety), *self._holder(status.safety)]
            news += self._standing_errors(status.errors)
        return news

    def _link(self, status: RobotStatus) -> Iterator[News]:
        if status.online == self._online:
            return
        self._online = status.online
        if status.online:
            yield self._news(EventType.ROBOT_ONLINE, state=state_word(status.safety.state))
        else:
            age_s = status.safety.age_s
            silent_ms = None if age_s is None else round(age_s * 1000)
            yield self._news(EventType.ROBOT_OFFLINE, silent_ms=silent_ms)

    def _stop(self, safety: SafetyStatus) -> Iterator[News]:
        if safety.state is None or safety.state is State.STARTING:
            return  # what it will be is not known yet
        stopped = _STOPPED.get(safety.state)
        if stopped is self._stopped:
            return
        self._stopped = stopped
        yield self._news(
            stopped or EventType.ROBOT_CLEARED,
            state=state_word(safety.state),
            reason=reason_words(safety),
            causes=list(cause_words(safety.causes)),
        )

    def _holder(self, safety: SafetyStatus) -> Iterator[News]:
        lease = (safety.session, safety.holder)
        if lease == self._lease:
            return
        (_, before), self._lease = self._lease, lease
        if safety.session:
            yield self._news(
                EventType.LEASE_TAKEN,
                holder=safety.holder,
                priority=safety.priority,
                previous_holder=before,
            )
        else:
            yield self._news(EventType.LEASE_RELEASED, previous_holder=before)

    def _standing_errors(self, errors: tuple[RobotError, ...]) -> Iterator[News]:
        standing = {(error.source, error.code): error for error in errors}
        before, self._errors = self._errors, standing
        for key, error in standing.items():
            if key not in before:
                yield self._news(EventType.ROBOT_ERROR, **_error_data(error))
        for key, error in before.items():
            if key not in standing:
                yield self._news(EventType.ROBOT_ERROR_CLEARED, **_error_data(error))

    def _news(self, kind: EventType, **data: Plain) -> News:
        return News(kind, robot_id=self._robot_id, data=data)


def _error_data(error: RobotError) -> dict[str, Plain]:
    return {
        "code": error.code,
        "level": error.level,
        "message": error.message,
        "hint": error.hint,
        "source": error.source,
    }
