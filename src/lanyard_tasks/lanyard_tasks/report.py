"""What a run tells of itself: where it stands, and how it ended. Plain values, no ROS."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lanyard_core.task.error_codes import ErrorCode
from lanyard_core.task.run_state import RunState


class Outcome(Enum):
    """How a run ended, in the words of ROS actions."""

    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a run: the fields of the action's result, and ``trace`` for the log."""

    outcome: Outcome
    error: ErrorCode = ErrorCode.NONE
    message: str = ""
    phase: str = ""
    run_time_s: float = 0.0
    distance_m: float = 0.0
    result_json: str = "{}"
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """Where a run stands; the fields are those of the action's feedback."""

    phase: str
    cancellable: bool
    pausable: bool
    state: RunState
    state_message: str
    paused_s: float
    progress: float
    remaining_s: float
    distance_m: float
