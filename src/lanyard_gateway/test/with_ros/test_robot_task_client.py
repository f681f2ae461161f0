"""Goals against a real action server on the graph."""

import math
import uuid
from dataclasses import replace

import pytest
import pytest_asyncio
from lanyard_msgs.action import ExecuteTask
from lanyard_msgs.msg import TaskServer as TaskServerMsg
from lanyard_msgs.srv import PauseTask
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.task import Future

from lanyard_core.faults import Overloaded, Unavailable
from lanyard_core.port import CancelReply, GoalOutcome, PauseReply, TaskGoal
from lanyard_core.port import TaskServer as TaskServerInfo
from lanyard_core.task.run_state import RunState
from lanyard_gateway.robot import task_client
from lanyard_node_support import names, qos


class TaskServer:
    """An action server whose goals end when and how the test says."""

    def __init__(self, node):
        self.goals = []
        self.accept = True
        self.cancellable = True
        self._ends = {}
        self._node = node
        self.pauses = []
        self.why_not_pause = ""
        node.create_service(PauseTask, names.PAUSE_TASK, self._pause)
        self._server = self._make()

    def _make(self):
        return ActionServer(
            self._node,
            ExecuteTask,
            names.EXECUTE_TASK,
            self._execute,
            goal_callback=lambda _: GoalResponse.ACCEPT if self.accept else GoalResponse.REJECT,
            cancel_callback=lambda _: (
                CancelResponse.ACCEPT if self.cancellable else CancelResponse.REJECT
            ),
        )

    def restart(self):
        """Another server under the same name, which knows nothing of earlier goals."""
        self._server.destroy()
        self._server = self._make()

    def _pause(self, request, response):
        self.pauses.append((bytes(request.goal_id.uuid), request.pause))
        response.success = not self.why_not_pause
        response.message = self.why_not_pause
        response.state = ExecuteTask.Feedback.STATE_PAUSING
        return response

    async def _execute(self, handle):
        end = self._ends[bytes(handle.goal_id.uuid)] = Future()
        self.goals.append(handle)
        how, fields = await end
        getattr(handle, how)()
        return ExecuteTask.Result(**fields)

    def end(self, goal_id, how, **fields):
        self._ends[goal_id.bytes].set_result((how, fields))


class Follower:
    def __init__(self):
        self.feedback = []
        self.results = []

    def callbacks(self):
        return {"on_feedback": self.feedback.append, "on_result": self.results.append}


@pytest_asyncio.fixture
async def server(graph, fleet):
    made = TaskServer(graph.peer)
    graph.start_peer()
    return made


@pytest.fixture
def robot(fleet):
    return fleet.robots["arm-001"]


@pytest.fixture
def follower():
    return Follower()


def a_goal():
    return TaskGoal(
        goal_id=uuid.uuid4(),
        task_id="t-1",
        task_type="move_to",
        parameters_json='{"x": 1.0}',
        attempt=2,
        timeout_s=30.0,
    )


async def test_a_goal_is_sent_under_its_id_and_its_feedback_and_result_come_back(
    server, robot, follower, eventually
):
    goal = a_goal()
    await robot.start_task(goal, **follower.callbacks())
    await eventually(lambda: server.goals)
    handle = server.goals[0]
    assert bytes(handle.goal_id.uuid) == goal.goal_id.bytes
    assert (handle.request.task_id, handle.request.attempt) == ("t-1", 2)
    assert handle.request.parameters_json == '{"x": 1.0}'
    handle.publish_feedback(
        ExecuteTask.Feedback(phase="drive", cancellable=True, progress=0.5, remaining_s=math.nan)
    )
    await eventually(lambda: follower.feedback)
    feedback = follower.feedback[0]
    assert (feedback.goal_id, feedback.phase, feedback.progress) == (goal.goal_id, "drive", 0.5)
    assert feedback.cancellable
    assert feedback.remaining_s is None
    server.end(goal.goal_id, "succeed", distance_m=3.5, result_json='{"ok": 1}')
    await eventually(lambda: follower.results)
    result = follower.results[0]
    assert (result.outcome, result.ros_status) == (GoalOutcome.SUCCEEDED, 4)
    assert (result.distance_m, result.result_json) == (3.5, '{"ok": 1}')


async def test_a_goal_that_fails_carries_its_error(server, robot, follower, eventually):
    goal = a_goal()
    await robot.start_task(goal, **follower.callbacks())
    await eventually(lambda: server.goals)
    server.end(goal.goal_id, "abort", error_code=400, error_message="slipped", phase="grasp")
    await eventually(lambda: follower.results)
    result = follower.results[0]
    assert (result.outcome, result.error_code) == (GoalOutcome.FAILED, 400)
    assert (result.error_message, result.phase) == ("slipped", "grasp")


async def test_a_goal_that_is_refused_comes_back_as_rejected(server, robot, follower):
    server.accept = False
    await robot.start_task(a_goal(), **follower.callbacks())
    assert follower.results[0].outcome is GoalOutcome.REJECTED
    assert "refused" in follower.results[0].error_message


@pytest.mark.parametrize("patience_s", [2.0])
async def test_a_goal_without_a_task_server_is_unavailable(robot, follower):
    with pytest.raises(Unavailable, match="nobody serves"):
        await robot.start_task(a_goal(), **follower.callbacks())
    assert follower.results == []


async def test_a_cancelled_goal_ends_as_canceled(server, robot, follower, eventually):
    goal = a_goal()
    await robot.start_task(goal, **follower.callbacks())
    await eventually(lambda: server.goals)
    assert await robot.cancel_task(goal.goal_id) is CancelReply.ACCEPTED
    server.end(goal.goal_id, "canceled")
    await eventually(lambda: follower.results)
    assert follower.results[0].outcome is GoalOutcome.CANCELED


async def test_a_goal_is_paused_and_goes_on_beside_the_action(server, robot, follower, eventually):
    goal = a_goal()
    await robot.start_task(goal, **follower.callbacks())
    await eventually(lambda: server.goals)
    answer = await robot.pause_task(goal.goal_id, pause=True)
    assert answer == PauseReply(True, RunState.PAUSING)
    assert server.pauses == [(goal.goal_id.bytes, True)]
    told = {"state": 2, "paused_s": 1.5, "pausable": True, "state_message": "anna drives"}
    server.goals[0].publish_feedback(ExecuteTask.Feedback(phase="drive", **told))
    await eventually(lambda: follower.feedback)
    feedback = follower.feedback[0]
    assert (feedback.state, feedback.paused_s, feedback.pausable) == (RunState.PAUSED, 1.5, True)
    assert feedback.state_message == "anna drives"


async def test_a_pause_that_the_task_server_refuses_says_why(server, robot):
    server.why_not_pause = "it cannot be now"
    answer = await robot.pause_task(uuid.uuid4(), pause=False)
    assert (answer.success, answer.message) == (False, "it cannot be now")


async def test_a_cancel_that_the_task_server_refuses_is_rejected(
    server, robot, follower, eventually
):
    server.cancellable = False
    goal = a_goal()
    await robot.start_task(goal, **follower.callbacks())
    await eventually(lambda: server.goals)
    assert await robot.cancel_task(goal.goal_id) is CancelReply.REJECTED


async def test_a_cancel_of_a_goal_that_nobody_knows_or_that_ended_says_so(
    server, robot, follower, eventually
):
    assert await robot.cancel_task(uuid.uuid4()) is CancelReply.UNKNOWN_GOAL
    goal = a_goal()
    await robot.start_task(goal, **follower.callbacks())
    await eventually(lambda: server.goals)
    server.end(goal.goal_id, "succeed")
    await eventually(lambda: follower.results)
    assert await robot.cancel_task(goal.goal_id) is CancelReply.ALREADY_ENDED


async def test_a_running_goal_of_an_earlier_process_is_followed_to_its_end(
    server, graph, fleet, follower, eventually
):
    goal = a_goal()
    earlier = Follower()
    await fleet.robots["arm-001"].start_task(goal, **earlier.callbacks())
    await eventually(lambda: server.goals)
    # A task client of its own, which has never heard of the goal, stands for the process after.
    robot = fleet.robots["arm-001"]
    later = task_client.TaskClient(graph.gateway, robot._handover, robot._config)
    assert await later.reattach(goal.goal_id, **follower.callbacks())
    server.goals[0].publish_feedback(ExecuteTask.Feedback(phase="drive"))
    await eventually(lambda: follower.feedback)
    server.end(goal.goal_id, "succeed")
    await eventually(lambda: follower.results)
    assert follower.results[0].outcome is GoalOutcome.SUCCEEDED


async def test_a_goal_that_ended_while_nobody_looked_is_told_at_once(
    server, robot, follower, eventually
):
    goal = a_goal()
    earlier = Follower()
    await robot.start_task(goal, **earlier.callbacks())
    await eventually(lambda: server.goals)
    server.end(goal.goal_id, "succeed", distance_m=1.5)
    await eventually(lambda: earlier.results)
    assert await robot.reattach_task(goal.goal_id, **follower.callbacks())
    assert follower.results[0].distance_m == 1.5


async def test_a_goal_that_the_task_server_does_not_know_cannot_be_followed(
    server, robot, follower
):
    assert not await robot.reattach_task(uuid.uuid4(), **follower.callbacks())
    assert follower.results == []


async def test_a_goal_lost_in_a_restart_of_the_task_server_ends_as_unknown(
    server, robot, follower, eventually
):
    goal = a_goal()
    await robot.start_task(goal, **follower.callbacks())
    await eventually(lambda: server.goals)
    server.restart()
    await eventually(lambda: follower.results)
    assert follower.results[0].outcome is GoalOutcome.UNKNOWN


async def test_no_more_goals_are_followed_than_there_is_room_for(
    server, robot, follower, monkeypatch
):
    monkeypatch.setattr(task_client, "MAX_FOLLOWED", 0)
    with pytest.raises(Overloaded):
        await robot.start_task(a_goal(), **follower.callbacks())


async def test_a_task_server_that_has_presented_itself_is_known_also_to_one_that_joins_late(
    graph, fleet, eventually
):
    robot = fleet.robots["arm-001"]
    assert robot.task_server() is None
    publisher = graph.peer.create_publisher(TaskServerMsg, names.TASK_SERVER, qos.LATCHED)
    publisher.publish(TaskServerMsg(server_id="run-1", keeps_journal=True, task_types_json="[]"))
    graph.start_peer()
    await eventually(lambda: robot.task_server() is not None)
    assert robot.task_server() == TaskServerInfo("run-1", keeps_journal=True)


async def test_whether_a_task_server_is_there_is_seen(robot, eventually, server):
    await eventually(robot.serves_tasks)


async def test_a_goal_says_for_which_run_of_the_server_it_is_meant(
    robot, server, follower, eventually
):
    goal = replace(a_goal(), server_id="run-7", timeout_s=30)
    await robot.start_task(goal, **follower.callbacks())
    await eventually(lambda: server.goals)
    assert server.goals[0].request.server_id == "run-7"
    server.end(goal.goal_id, "succeed")
    await eventually(lambda: follower.results)
