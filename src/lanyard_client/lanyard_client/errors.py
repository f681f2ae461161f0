"""Everything this package raises on purpose, as one tree.

LanyardError
├── BadSettings      what the caller gave cannot be used; nothing was sent
├── Unreachable      no connection to the gateway could be made
│   └── Untrusted    what answers cannot be believed to be the gateway; no key was sent to it
├── RequestFailed    the gateway refused or failed a request; carries its problem document
├── ConnectionLost   a socket ended while it was needed
├── LeaseHeld        somebody else commands the robot
└── NotArmed         the robot does not take motion from this stream; the text says why
"""

from __future__ import annotations

import json
from collections.abc import Mapping


class LanyardError(Exception):
    """Base of all errors of this package."""


class BadSettings(LanyardError):
    """What the caller gave cannot be used; the text says what is wrong and how to mend it."""


class Unreachable(LanyardError):
    """No connection to the gateway could be made."""


class Untrusted(Unreachable):
    """What answers cannot be believed to be the gateway. Neither key nor request was sent."""


class RequestFailed(LanyardError):
    """The gateway answered with a problem (RFC 9457).

    ``status`` is the HTTP status, ``code`` stable and for programs, ``problem`` the whole document.
    """

    def __init__(self, status: int, problem: Mapping[str, object]) -> None:
        self.status = status
        self.problem = problem
        self.code = str(problem.get("code", f"http_{status}"))
        self.retryable = bool(problem.get("retryable", False))
        detail = str(problem.get("detail") or problem.get("title") or "no reason was given")
        request_id = problem.get("request_id")
        mark = f" (request {request_id})" if request_id else ""
        super().__init__(f"{self.code}: {detail}{_fields(problem)}{mark}")


class ConnectionLost(LanyardError):
    """A socket ended. ``code`` is its close code; 1006 when nobody said goodbye."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        super().__init__(f"the connection ended: {reason or 'no goodbye'} ({code})")


class LeaseHeld(LanyardError):
    """Somebody else commands the robot; ``holder`` is who."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(
            f"{holder or 'somebody else'} commands the robot; try again when it is free"
        )


class NotArmed(LanyardError):
    """The robot takes no motion from this stream: it was stopped, or was never armed."""


def problem_of(body: bytes | bytearray) -> Mapping[str, object]:
    """The problem document in a body; an empty one when it is something else."""
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _fields(problem: Mapping[str, object]) -> str:
    errors = problem.get("errors")
    if not isinstance(errors, list):
        return ""
    told = [f"{e.get('field')}: {e.get('message')}" for e in errors if isinstance(e, dict)]
    return f" [{'; '.join(told)}]" if told else ""
