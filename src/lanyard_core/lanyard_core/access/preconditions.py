"""Preconditions: what must be true of a robot before a role may do something to it.

They are judged on facts, which are values with an age. A fact that is missing, never heard or older
than the precondition allows refuses: what is not known is not assumed to be good. Stopping a robot
and cancelling a task are never gated; whoever asks for those does not come here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lanyard_core.access.scopes import Scope
from lanyard_core.faults import Conflict
from lanyard_core.telemetry.status import RobotStatus
from lanyard_core.telemetry.words import state_word

Value = str | bool | float

NEVER_GATED = frozenset({Scope.STOP_TRIGGER, Scope.TASKS_CANCEL})


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one field of a robot, and how old that is in seconds (None: never heard)."""

    value: Value | None
    age_s: float | None


@dataclass(frozen=True, slots=True)
class Precondition:
    """``field`` must be one of ``allow``, or a number of ``at_least``, and heard just now.

    ``scopes`` are the permissions that it stands before; none: all but those that are never gated.
    """

    field: str
    stale_after_s: float
    allow: tuple[Value, ...] = ()
    at_least: float | None = None
    scopes: frozenset[Scope] = frozenset()

    def stands_before(self, scope: Scope) -> bool:
        """Whether it must hold before ``scope`` is used."""
        return scope not in NEVER_GATED and (not self.scopes or scope in self.scopes)


def facts_of(status: RobotStatus) -> dict[str, Fact]:
    """The fields that preconditions may name, from a robot's status."""
    safety, battery = status.safety, status.battery
    battery_age_s = None if battery is None else battery.age_s
    return {
        "safety_state": Fact(state_word(safety.state), safety.age_s),
        "at_rest": Fact(safety.at_rest, safety.age_s),
        "localized": Fact(status.localized, status.ages_s.get("pose")),
        "battery_percent": Fact(None if battery is None else battery.percent, battery_age_s),
        "charging": Fact(None if battery is None else battery.charging, battery_age_s),
    }


FIELDS = ("safety_state", "at_rest", "localized", "battery_percent", "charging")


def check(
    preconditions: Sequence[Precondition], scope: Scope, facts: Mapping[str, Fact], *, subject: str
) -> None:
    """Raise Conflict (``precondition_failed``) for the first precondition that does not hold."""
    for wanted in preconditions:
        if wanted.stands_before(scope):
            _check_one(wanted, facts.get(wanted.field, Fact(None, None)), subject)


def _check_one(wanted: Precondition, fact: Fact, subject: str) -> None:
    if fact.value is None or fact.age_s is None:
        raise _failed(wanted, f"the {wanted.field} of {subject} is not known")
    if fact.age_s > wanted.stale_after_s:
        raise _failed(
            wanted,
            f"the {wanted.field} of {subject} was heard {fact.age_s:.1f} s ago,"
            f" and may be {wanted.stale_after_s:g} s old",
        )
    if wanted.at_least is not None:
        value = fact.value
        if isinstance(value, (str, bool)) or not value >= wanted.at_least:
            must = f"must be at least {wanted.at_least:g}"
            raise _failed(wanted, f"the {wanted.field} of {subject} is {value}, and {must}")
    elif fact.value not in wanted.allow:
        allowed = ", ".join(map(str, wanted.allow)) or "nothing"
        must = f"allowed is {allowed}"
        raise _failed(wanted, f"the {wanted.field} of {subject} is {fact.value}; {must}")


def _failed(wanted: Precondition, detail: str) -> Conflict:
    return Conflict(detail, code="precondition_failed", extra={"field": wanted.field})
