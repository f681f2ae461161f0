"""Headers about versions and waiting: ETag, If-Match, If-None-Match (RFC 9110), Prefer (7240)."""

from __future__ import annotations

import re

from lanyard_core.faults import BadInput, Conflict
from lanyard_core.task.model import Task

LONGEST_WAIT_S = 30
_TAG = re.compile(r'(?:W/)?"(\d{1,18})"')
_WAIT = re.compile(r"\bwait\s*=\s*\"?(\d{1,6})\"?")


def etag_of(task: Task) -> str:
    """The entity tag of a task: it changes whenever the task's row does.

    Weak, because the figures that come from the robot all the time do not count.
    """
    return f'W/"{task.version}"'


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Whether the caller says that it has this version already."""
    if if_none_match is None:
        return False
    known = [tag.strip() for tag in if_none_match.split(",")]
    return "*" in known or etag in known or etag.removeprefix("W/") in known


def version_to_match(if_match: str | None) -> int | None:
    """The version that the caller has seen; None: any will do.

    Raises Conflict (``if_match_required``) without the header, BadInput when it is no tag of ours.
    """
    if if_match is None:
        raise Conflict(
            "send If-Match with the ETag of the task that you have seen", code="if_match_required"
        )
    if if_match.strip() == "*":
        return None
    tag = _TAG.fullmatch(if_match.strip())
    if tag is None:
        raise BadInput('If-Match must be one ETag of a task, such as W/"7"', code="bad_header")
    return int(tag.group(1))


def wait_s(prefer: str | None) -> int:
    """How long the caller is willing to wait for a change, in seconds; 0: not at all."""
    found = _WAIT.search(prefer or "")
    return min(int(found.group(1)), LONGEST_WAIT_S) if found else 0
