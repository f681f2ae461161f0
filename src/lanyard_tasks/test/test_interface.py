"""The numbers of the interface file and ours are the same."""

from __future__ import annotations

from lanyard_msgs.action import ExecuteTask

from lanyard_core.task.error_codes import ErrorCode
from lanyard_core.task.run_state import RunState
from lanyard_tasks.action_server import result_message
from lanyard_tasks.report import Ended, Outcome


def test_error_codes_are_those_of_the_action_file() -> None:
    in_file = {
        name.removeprefix("ERROR_"): getattr(ExecuteTask.Result, name)
        for name in dir(ExecuteTask.Result)
        if name.startswith("ERROR_")
    }
    assert in_file == {code.name: code.value for code in ErrorCode}


def test_run_states_are_those_of_the_action_file() -> None:
    in_file = {
        name.removeprefix("STATE_"): getattr(ExecuteTask.Feedback, name)
        for name in dir(ExecuteTask.Feedback)
        if name.startswith("STATE_")
    }
    assert in_file == {state.name: state.value for state in RunState}


def test_a_result_message_carries_the_end() -> None:
    message = result_message(
        Ended(Outcome.ABORTED, ErrorCode.STUCK, "why", "drive", 1.5, 0.25, '{"a": 1}')
    )
    assert message.error_code == ExecuteTask.Result.ERROR_STUCK
    assert (message.error_message, message.phase) == ("why", "drive")
    assert (message.run_time_s, message.distance_m) == (1.5, 0.25)
    assert message.result_json == '{"a": 1}'
