"""The order of tasks, the reasons to hold them, and when a waiting one will probably start."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanyard_core.safety.states import Priority, State
from lanyard_core.task.model import HoldReason
from lanyard_core.task.queue import Place, QueueEntry, RobotQueue, RunTimes, hold_reason
from lanyard_core.telemetry.status import UNKNOWN_SAFETY, RobotStatus

RUN_TIMES = RunTimes({"fetch": 10.0, "wait": 2.0})


def entry(seq: int, *, priority: int = 1, task_type: str = "fetch") -> QueueEntry:
    return QueueEntry(seq, f"t-{seq}", task_type, priority)


def queue_of(*entries: QueueEntry) -> RobotQueue:
    queue = RobotQueue()
    for each in entries:
        queue.push(each)
    return queue


def robot(
    state: State | None = State.IDLE, *, online: bool = True, **safety: object
) -> RobotStatus:
    known = replace(UNKNOWN_SAFETY, state=state, **safety)
    return RobotStatus(robot_id="arm-001", online=online, age_s=0.0, safety=known)


@pytest.mark.parametrize(
    ("status", "has_task", "reason"),
    [
        (robot(), False, None),
        (robot(State.ACTIVE), False, None),
        (robot(), True, HoldReason.ROBOT_BUSY),
        (robot(online=False), False, HoldReason.ROBOT_OFFLINE),
        (robot(online=False), True, HoldReason.ROBOT_OFFLINE),
        (robot(None), False, HoldReason.ROBOT_OFFLINE),
        (robot(State.STARTING), False, HoldReason.ROBOT_BUSY),
        (robot(State.STOPPING), False, HoldReason.ROBOT_BUSY),
        (robot(State.SAFE_STOP), False, HoldReason.HALTED),
        (robot(State.HALTED), False, HoldReason.HALTED),
        (robot(State.FAULT), False, HoldReason.HALTED),
        (robot(State.HALTED), True, HoldReason.HALTED),
        (robot(session=7, priority=Priority.OPERATOR), False, HoldReason.ROBOT_BUSY),
        (robot(session=7, priority=Priority.TASK), False, None),
    ],
)
def test_a_task_is_held_for_the_reason_that_matters_most(status, has_task, reason):
    assert hold_reason(status, has_task=has_task) is reason


@pytest.mark.parametrize("state", list(State))
def test_every_state_of_the_safety_machine_is_judged(state):
    hold_reason(robot(state), has_task=False)


def test_higher_priority_goes_first_and_inside_one_the_order_of_arrival():
    queue = queue_of(entry(1), entry(2, priority=5), entry(3, priority=5), entry(4, priority=0))
    order = []
    while (head := queue.head()) is not None:
        order.append(head.seq)
        queue.discard(head.task_id)
    assert order == [2, 3, 1, 4]


def test_a_task_that_comes_back_gets_its_old_place():
    queue = queue_of(entry(2), entry(3))
    queue.push(entry(1))
    assert queue.head() == entry(1)


def test_pushing_twice_and_discarding_what_is_not_there_are_harmless():
    queue = queue_of(entry(1), entry(1))
    queue.discard("t-9")
    assert len(queue) == 1
    queue.discard("t-1")
    assert (len(queue), queue.head(), queue.place("t-1", RUN_TIMES)) == (0, None, None)


def test_a_place_counts_the_tasks_and_the_work_ahead():
    queue = queue_of(entry(1), entry(2, priority=9, task_type="wait"), entry(3))
    assert queue.place("t-2", RUN_TIMES) == Place(1, 0.0)
    assert queue.place("t-1", RUN_TIMES) == Place(2, 2.0)
    assert queue.place("t-3", RUN_TIMES) == Place(3, 12.0)


def test_the_last_place_is_where_the_next_task_goes():
    queue = queue_of(entry(1), entry(2, priority=9, task_type="wait"))
    for priority in (0, 1, 5, 9):
        foreseen = queue.last_place(priority, RUN_TIMES)
        queue.push(entry(10 + priority, priority=priority))
        assert queue.place(f"t-{10 + priority}", RUN_TIMES) == foreseen
        queue.discard(f"t-{10 + priority}")


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=40))
def test_the_queue_agrees_with_sorting_whatever_comes_and_goes(steps):
    queue, expected = RobotQueue(), []
    for seq, (priority, takes_out) in enumerate(steps):
        queue.push(entry(seq, priority=priority))
        expected.append(entry(seq, priority=priority))
        if takes_out:
            gone = min(expected, key=lambda each: (-each.priority, each.seq))
            assert queue.head() == gone
            queue.discard(gone.task_id)
            expected.remove(gone)
    in_order = sorted(expected, key=lambda each: (-each.priority, each.seq))
    assert len(queue) == len(expected)
    for position, each in enumerate(in_order, start=1):
        assert queue.place(each.task_id, RUN_TIMES).position == position


def test_run_times_begin_with_the_guess_and_follow_what_happens():
    run_times = RunTimes({"fetch": 10.0})
    assert run_times.expected_s("fetch") == 10.0
    for _ in range(50):
        run_times.observe("fetch", 4.0)
    assert run_times.expected_s("fetch") == pytest.approx(4.0, abs=0.01)
    assert run_times.expected_s("never seen") == 0.0
    run_times.observe("new", 3.0)
    assert run_times.expected_s("new") == 3.0
