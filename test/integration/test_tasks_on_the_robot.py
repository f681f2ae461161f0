"""The task server with the real control node and the simulated robot, as processes; no gateway.

The client is an rclpy action client, as any other task system's would be. Each test leaves the
robot at rest and free, so that the next one can use it.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rclpy
import real_time
from action_msgs.msg import GoalStatus
from ament_index_python.packages import get_package_prefix
from lanyard_msgs.action import ExecuteTask
from lanyard_msgs.msg import SafetyState, TaskServer
from lanyard_msgs.srv import AcquireLease, PauseTask, ReleaseLease, RequestStop, ResetSafety
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters
from rclpy.action import ActionClient
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from unique_identifier_msgs.msg import UUID

from lanyard_core.safety.states import Priority, State, StopKind
from lanyard_core.task.announced import read_announcement
from lanyard_core.task.built_in import BUILT_IN
from lanyard_core.task.error_codes import ErrorCode
from lanyard_node_support import names, qos

# rclpy imports a parser whose own imports are deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:module 'sre_:DeprecationWarning")

NAMESPACE = "/arm_001"
NEAR = {"x_m": 0.6, "y_m": 0.0}
FAR = {"x_m": 8.0, "y_m": 0.0}
# Quicker than a person would like, so that the tests are.
BRISK = ("full_speed:=true", "arm.speed_radps:=1.0")
# The most patience that the control node has with a computer that is busy with other things.
PATIENT = (
    "loop_rate_hz:=100.0",
    "late_tick_s:=0.01",
    "late_ticks:=5",
    "command_gap_s:=0.5",
    "odometry_timeout_s:=0.5",
    "tf_timeout_s:=1.0",
    "joint_state_timeout_s:=0.5",
)


class Goal:
    """One goal as its client sees it."""

    def __init__(self, handle: Any, feedback: list[tuple[float, Any]]) -> None:
        self.handle = handle
        self.feedback = feedback
        self.answer = handle.get_result_async()

    @property
    def phases(self) -> list[str]:
        return list(dict.fromkeys(message.phase for _, message in self.feedback))

    @property
    def result(self) -> Any:
        return self.answer.result().result

    @property
    def end(self) -> tuple[int, str, str]:
        """Status, error and its message."""
        code = ErrorCode(self.result.error_code)
        return self.answer.result().status, code.name, self.result.error_message


class Trio:
    """Sim, control and tasks in one namespace, and a client of theirs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._domain = random.randint(1, 99)
        self._children: dict[str, subprocess.Popen] = {}
        self._context = Context()
        rclpy.init(context=self._context, domain_id=self._domain)
        self.node = rclpy.create_node("client", context=self._context, namespace=NAMESPACE)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._tasks = ActionClient(self.node, ExecuteTask, names.EXECUTE_TASK)
        self.safety: SafetyState | None = None
        self.node.create_subscription(
            SafetyState, names.SAFETY_STATE, self._on_safety, qos.SAFETY_STATE
        )

    def start(self, node: str, *parameters: str) -> None:
        package = f"lanyard_{node}"
        program = Path(get_package_prefix(package)) / "lib" / package / node
        arguments = ["--ros-args", "-r", f"__ns:={NAMESPACE}"]
        for parameter in parameters:
            arguments += ["-p", parameter]
        with (self._folder / f"{node}.log").open("ab") as log:
            self._children[node] = subprocess.Popen(
                [program, *arguments],
                env={**os.environ, "ROS_DOMAIN_ID": str(self._domain)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def end(self, node: str, number: int = signal.SIGTERM) -> int:
        self._children[node].send_signal(number)
        return self.exit_code(node)

    def exit_code(self, node: str) -> int:
        child = self._children.pop(node)
        self.until(lambda: child.poll() is not None, f"the end of {node}")
        return child.returncode

    def logs(self) -> str:
        return "\n".join(f"--- {p.name}\n{p.read_text()[-2000:]}" for p in self._folder.iterdir())

    def overruns(self) -> int:
        """How often the control node has said that the machine held up its loop: a fault."""
        return len(re.findall("raised .*OVERRUN", (self._folder / "control.log").read_text()))

    def close(self) -> None:
        for node in list(self._children):
            self.end(node)
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)

    def until(self, condition: Callable[[], object], what: str, within_s: float = 40.0) -> Any:
        end = time.monotonic() + within_s
        while not (value := condition()):
            assert time.monotonic() < end, f"{what}: not within {within_s:g} s\n{self.logs()}"
            self._executor.spin_once(timeout_sec=0.05)
        return value

    def wait_until_free(self) -> None:
        self.until(self._tasks.server_is_ready, "a task server")
        self.until(lambda: self.safety and self.safety.state != State.STARTING, "a self-test")
        if self.safety and self.safety.causes:
            self.reset()
        self.until(self.is_free, "the robot idle and free")

    def is_free(self) -> bool:
        seen = self.safety
        return seen is not None and (seen.state, seen.session) == (State.IDLE, 0) and seen.at_rest

    def _on_safety(self, message: SafetyState) -> None:
        self.safety = message

    def send(
        self, task_type: str, parameters: object, *, timeout_s: float = 100.0, server_id: str = ""
    ) -> Goal:
        goal_id = uuid.uuid4()
        feedback: list[tuple[float, Any]] = []
        sent = self._tasks.send_goal_async(
            ExecuteTask.Goal(
                task_id=f"t-{goal_id.hex[:6]}",
                task_type=task_type,
                parameters_json=json.dumps(parameters),
                attempt=1,
                timeout_s=timeout_s,
                server_id=server_id,
            ),
            feedback_callback=lambda message: feedback.append((time.monotonic(), message.feedback)),
            goal_uuid=UUID(uuid=list(goal_id.bytes)),
        )
        self.until(sent.done, "the goal's answer")
        assert sent.result().accepted
        assert bytes(sent.result().goal_id.uuid) == goal_id.bytes
        return Goal(sent.result(), feedback)

    def until_phase(self, goal: Goal, phase: str) -> None:
        def reached() -> bool:
            assert not goal.answer.done(), goal.end[2]
            return phase in goal.phases

        self.until(reached, f"phase {phase}")

    def until_moving(self, goal: Goal) -> None:
        self.until_phase(goal, "drive")
        self.until(lambda: self.safety and not self.safety.at_rest, "motion")

    def until_end(self, goal: Goal) -> Any:
        self.until(goal.answer.done, "the goal's end", within_s=100.0)
        return goal.result

    def pause(self, goal: Goal, *, pause: bool) -> Any:
        return self.call(PauseTask, names.PAUSE_TASK, goal_id=goal.handle.goal_id, pause=pause)

    def until_state(self, goal: Goal, state: int) -> None:
        def reached() -> bool:
            assert not goal.answer.done(), goal.end[2]
            return bool(goal.feedback) and goal.feedback[-1][1].state == state

        self.until(reached, f"state {state}")

    def cancel(self, goal: Goal) -> bool:
        answer = goal.handle.cancel_goal_async()
        self.until(answer.done, "the answer to the cancel request")
        return bool(answer.result().goals_canceling)

    def call(self, service: type, name: str, **fields: object) -> Any:
        client = self.node.create_client(service, f"{NAMESPACE}/{name}")
        try:
            self.until(client.service_is_ready, name)
            answer = client.call_async(service.Request(**fields))
            self.until(answer.done, f"an answer of {name}")
            return answer.result()
        finally:
            self.node.destroy_client(client)

    def set_fault(self, name: str, *, on: bool) -> None:
        value = ParameterValue(type=ParameterType.PARAMETER_BOOL, bool_value=on)
        parameter = Parameter(name=f"fault.{name}", value=value)
        answer = self.call(SetParameters, "sim/set_parameters", parameters=[parameter])
        assert answer.results[0].successful

    def reset(self) -> None:
        def cleared() -> bool:
            answer = self.call(
                ResetSafety,
                names.RESET,
                request_id=random.getrandbits(63),
                actor="test",
                may_reset_severe=True,
            )
            return answer.success

        self.until(cleared, "a reset")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trio]:
    trio = Trio(tmp_path_factory.mktemp("trio"))
    try:
        trio.start("sim")
        trio.start("control", *PATIENT)
        trio.start("tasks", *BRISK)
        yield trio
    finally:
        trio.close()


@pytest.fixture
def trio(running: Trio) -> Iterator[Trio]:
    """The robot, at rest and free."""
    running.wait_until_free()
    before = running.overruns()
    yield running
    if running.overruns() > before:
        real_time.tell(real_time.HELD_UP_S)


def assert_succeeded(goal: Goal) -> None:
    status, error, message = goal.end
    assert (status, error) == (GoalStatus.STATUS_SUCCEEDED, "NONE"), message


def test_move_to_drives_there_under_the_clients_goal_id_with_steady_feedback(trio: Trio) -> None:
    goal = trio.send("move_to", NEAR)
    result = trio.until_end(goal)
    assert_succeeded(goal)
    assert json.loads(result.result_json)["off_m"] <= 0.05
    assert result.distance_m == pytest.approx(0.6, abs=0.1)
    stamps = [stamp for stamp, _ in goal.feedback]
    assert (len(stamps) - 1) / (stamps[-1] - stamps[0]) >= 5.0
    assert max(message.progress for _, message in goal.feedback) > 0.5


def test_pick_and_place_cannot_be_cancelled_mid_insertion_and_succeeds(trio: Trio) -> None:
    goal = trio.send("pick_and_place", {"object": "peg"})
    trio.until_phase(goal, "insertion")
    assert not goal.feedback[-1][1].cancellable
    assert not trio.cancel(goal)
    result = trio.until_end(goal)
    assert_succeeded(goal)
    assert goal.phases == ["approach", "grasp", "transfer", "insertion", "retreat"]
    assert json.loads(result.result_json)["object"] == "peg"


def test_a_cancelled_drive_ends_at_rest_with_the_lease_given_back(trio: Trio) -> None:
    goal = trio.send("move_to", FAR)
    trio.until_moving(goal)
    assert trio.cancel(goal)
    trio.until_end(goal)
    assert goal.end == (GoalStatus.STATUS_CANCELED, "NONE", "cancelled in phase drive")
    trio.until(trio.is_free, "the robot free", within_s=1.0)


def test_a_paused_drive_rests_without_a_lease_and_goes_on_to_its_end(trio: Trio) -> None:
    goal = trio.send("move_to", {"x_m": 1.6, "y_m": 0.3, "speed_mps": 0.2})
    trio.until_moving(goal)
    assert goal.feedback[-1][1].pausable
    assert trio.pause(goal, pause=True).success
    trio.until_state(goal, ExecuteTask.Feedback.STATE_PAUSED)
    trio.until(trio.is_free, "the robot free")
    again = trio.pause(goal, pause=True)
    assert (again.success, again.state) == (True, ExecuteTask.Feedback.STATE_PAUSED)
    at = goal.feedback[-1][1].distance_m
    count = len(goal.feedback)
    trio.until(lambda: len(goal.feedback) > count + 3, "feedback while it is paused")
    told = goal.feedback[-1][1]
    assert (told.phase, told.distance_m) == ("drive", pytest.approx(at, abs=0.01))
    assert told.paused_s > 0.0
    assert trio.pause(goal, pause=False).success
    trio.until_end(goal)
    assert_succeeded(goal)
    assert json.loads(goal.result.result_json)["off_m"] <= 0.05


def test_a_goal_that_is_not_there_or_must_not_stand_still_is_not_paused(trio: Trio) -> None:
    goal = trio.send("wait", {"duration_s": 0.1})
    trio.until_end(goal)
    refused = trio.pause(goal, pause=True)
    assert not refused.success
    assert "does not run that goal" in refused.message
    goal = trio.send("pick_and_place", {})
    trio.until_phase(goal, "insertion")
    refused = trio.pause(goal, pause=True)
    assert (refused.success, refused.state) == (False, ExecuteTask.Feedback.STATE_RUNNING)
    assert "'insertion'" in refused.message
    trio.until_end(goal)
    assert_succeeded(goal)


def test_a_second_goal_is_told_that_the_robot_is_busy_and_the_first_goes_on(trio: Trio) -> None:
    first = trio.send("wait", {"duration_s": 1.5})
    second = trio.send("wait", {})
    trio.until_end(second)
    assert second.end[:2] == (GoalStatus.STATUS_ABORTED, "BUSY")
    trio.until_end(first)
    assert_succeeded(first)


@pytest.mark.parametrize(
    ("task_type", "parameters", "code", "words"),
    [
        ("fly_to", {}, "UNKNOWN_TASK_TYPE", "no task type 'fly_to'"),
        ("move_to", {"x_m": 1.0}, "INVALID_PARAMETERS", "parameters.y_m is required"),
        ("move_to", {"x_m": 900.0, "y_m": 0.0}, "UNREACHABLE", "away"),
    ],
)
def test_a_goal_that_cannot_be_done_is_aborted_with_the_reason(
    trio: Trio, task_type: str, parameters: object, code: str, words: str
) -> None:
    goal = trio.send(task_type, parameters)
    trio.until_end(goal)
    assert goal.end[:2] == (GoalStatus.STATUS_ABORTED, code)
    assert words in goal.end[2]


def test_the_task_server_presents_itself_with_its_task_types(trio: Trio) -> None:
    seen: list[TaskServer] = []
    watch = trio.node.create_subscription(TaskServer, names.TASK_SERVER, seen.append, qos.LATCHED)
    trio.until(lambda: seen, "the task server's presentation")
    trio.node.destroy_subscription(watch)
    types, problems = read_announcement(seen[0].task_types_json)
    assert problems == []
    assert types == dict(BUILT_IN)
    goal = trio.send("wait", {"duration_s": 0.1}, server_id=seen[0].server_id)
    trio.until_end(goal)
    assert_succeeded(goal)


def test_a_goal_for_an_earlier_run_of_the_task_server_is_not_carried_out(trio: Trio) -> None:
    goal = trio.send("wait", {"duration_s": 60.0}, server_id="an earlier run")
    trio.until_end(goal)
    assert goal.end[:2] == (GoalStatus.STATUS_ABORTED, "OTHER_RUN")


def test_a_task_that_takes_too_long_is_aborted(trio: Trio) -> None:
    goal = trio.send("move_to", FAR, timeout_s=1.0)
    trio.until_end(goal)
    assert goal.end[1] == "TIMEOUT", goal.end[2]


def test_a_stop_of_the_robot_aborts_the_task(trio: Trio) -> None:
    goal = trio.send("move_to", FAR)
    trio.until_moving(goal)
    stop = {"kind": int(StopKind.SAFE_STOP), "actor": "test", "reason": "look"}
    trio.call(RequestStop, names.REQUEST_STOP, **stop)
    trio.until_end(goal)
    assert goal.end[1] == "SAFETY_STOP", goal.end[2]
    assert "a stop was requested" in goal.end[2]


@pytest.mark.parametrize(
    ("fault", "code"), [("stuck_base", "STUCK"), ("mute_odometry", "SENSOR_LOST")]
)
def test_a_fault_of_the_robot_aborts_the_task(trio: Trio, fault: str, code: str) -> None:
    goal = trio.send("move_to", FAR)
    trio.until_moving(goal)
    trio.set_fault(fault, on=True)
    try:
        trio.until_end(goal)
    finally:
        trio.set_fault(fault, on=False)
    assert goal.end[1] == code, goal.end[2]


def test_a_task_does_not_take_the_lease_from_an_operator(trio: Trio) -> None:
    operator = {"holder": "anna", "priority": int(Priority.OPERATOR)}
    lease = trio.call(AcquireLease, names.ACQUIRE_LEASE, **operator)
    goal = trio.send("move_to", NEAR)
    trio.until_end(goal)
    assert goal.end[1] == "LEASE_HELD", goal.end[2]
    assert "anna" in goal.end[2]
    trio.call(ReleaseLease, names.RELEASE_LEASE, session=lease.session)


def test_a_result_can_be_fetched_again_by_a_client_that_was_restarted(trio: Trio) -> None:
    goal = trio.send("wait", {"duration_s": 0.1})
    trio.until_end(goal)
    fetch = ExecuteTask.Impl.GetResultService
    name = f"{names.EXECUTE_TASK}/_action/get_result"
    answer = trio.call(fetch, name, goal_id=goal.handle.goal_id)
    assert answer.status == GoalStatus.STATUS_SUCCEEDED
    assert answer.result.result_json == goal.result.result_json


def test_a_control_node_that_dies_ends_the_task(trio: Trio) -> None:
    goal = trio.send("move_to", FAR)
    trio.until_moving(goal)
    trio.end("control", signal.SIGKILL)
    trio.until_end(goal)
    trio.start("control", *PATIENT)
    assert goal.end[1] == "SAFETY_STOP", goal.end[2]


def test_a_task_server_that_is_ended_brings_the_robot_to_rest_and_says_so(trio: Trio) -> None:
    goal = trio.send("move_to", FAR)
    trio.until_moving(goal)
    assert trio.end("tasks") == 0
    trio.until_end(goal)
    assert goal.end[1] == "SHUTTING_DOWN", goal.end[2]
    trio.until(trio.is_free, "the robot free", within_s=2.0)
    trio.start("tasks", *BRISK)


def test_a_wrong_parameter_keeps_the_task_server_from_starting(running: Trio) -> None:
    running.end("tasks")
    running.start("tasks", "arm.poses.home:=[0.0, 1.0]", "base.turn_rate_radps:=-1.0")
    assert running.exit_code("tasks") == 2
    assert "base.turn_rate_radps" in running.logs()
