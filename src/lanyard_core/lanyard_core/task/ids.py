"""Names of tasks and of their goals.

Time and randomness are handed in, so the same input gives the same id.
"""

from __future__ import annotations

from uuid import UUID, uuid5

from lanyard_core.ulid import ENTROPY_BITS, ulid_text, ulid_value

__all__ = ["ENTROPY_BITS", "goal_id_of", "new_task_id"]

# The namespace of goal ids. It must never change: a restarted gateway derives the same id.
_GOAL_NAMESPACE = UUID("6f1d3f7e-6d5b-5c0e-9a53-1f0c7c2d8a41")


def new_task_id(*, now_unix_s: float, entropy: int) -> str:
    """A task id that sorts by the time it was made (ms), from ``ENTROPY_BITS`` random bits."""
    return "t-" + ulid_text(ulid_value(now_unix_s=now_unix_s, entropy=entropy))


def goal_id_of(task_id: str, attempt: int) -> UUID:
    """The id of the action goal that carries out one attempt of a task."""
    return uuid5(_GOAL_NAMESPACE, f"{task_id}/{attempt}")
