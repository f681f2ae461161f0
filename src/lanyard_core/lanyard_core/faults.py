"""Every fault that Lanyard raises on purpose, as one tree.

    LanyardFault
    ├── BadInput             the request itself is wrong: mend it and try again
    │   ├── MalformedFrame   bytes that are not a frame
    │   └── ValidationFailed a field is wrong; carries which ones
    ├── NotFound             no such robot, task, task type
    ├── Unauthenticated      no credential, or one that is not known
    ├── Forbidden            the credential does not allow this
    ├── Conflict             right request, wrong moment: the state forbids it
    ├── Throttled            too many of them: come back later
    ├── Unavailable          a part is not there now; trying again may help
    │   ├── Overloaded       a bounded queue is full
    │   └── RosTimeout       the robot's side did not answer in time
    └── BadConfiguration     refuse to start; carries every problem found

A fault carries a ``code`` (stable, for programs) and a ``detail`` (one sentence for a person that
says what is wrong and how to mend it). The web half maps classes to HTTP statuses in one table;
nothing here knows about HTTP.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: its dotted path, a stable code, and a sentence for a person."""

    field: str
    code: str
    message: str


class LanyardFault(Exception):
    """Base of all faults: a stable ``code``, a ``detail`` for people, ``extra`` for the answer."""

    default_code = "internal"
    retryable = False

    def __init__(
        self, detail: str, *, code: str | None = None, extra: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code if code is not None else self.default_code
        self.extra: dict[str, object] = dict(extra or {})


class BadInput(LanyardFault):
    """The request is wrong in itself."""

    default_code = "bad_request"


class MalformedFrame(BadInput):
    """Bytes or text that do not decode to a frame of the channel."""

    default_code = "bad_frame"


class ValidationFailed(BadInput):
    """Fields are missing, unknown or out of range; ``errors`` names each."""

    default_code = "validation_failed"

    def __init__(
        self, detail: str, *, errors: Sequence[FieldError], code: str | None = None
    ) -> None:
        super().__init__(detail, code=code)
        self.errors = tuple(errors)


class NotFound(LanyardFault):
    """No such thing, or none that the caller may know of."""

    default_code = "not_found"


class Unauthenticated(LanyardFault):
    """No credential, or one that is not known, expired or revoked."""

    default_code = "unauthenticated"


class Forbidden(LanyardFault):
    """The credential is good but does not allow this."""

    default_code = "forbidden"


class Conflict(LanyardFault):
    """The request is right but the present state forbids it."""

    default_code = "conflict"


class Throttled(LanyardFault):
    """More requests than this caller may make; one more is free after ``retry_after_s``."""

    default_code = "rate_limited"
    retryable = True

    def __init__(self, detail: str, *, retry_after_s: float, code: str | None = None) -> None:
        retry_after_ms = math.ceil(retry_after_s * 1000.0)
        super().__init__(detail, code=code, extra={"retry_after_ms": retry_after_ms})
        self.retry_after_s = retry_after_s


class Unavailable(LanyardFault):
    """A part that is needed is not there now."""

    default_code = "ros_unavailable"
    retryable = True


class Overloaded(Unavailable):
    """A bounded queue is full; nothing was taken in."""

    default_code = "queue_full"


class RosTimeout(Unavailable):
    """The robot's side did not answer in time; it may or may not have acted."""

    default_code = "ros_timeout"


class BadConfiguration(LanyardFault):
    """The configuration cannot be used; ``problems`` has each with its place and its remedy."""

    default_code = "bad_configuration"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)
