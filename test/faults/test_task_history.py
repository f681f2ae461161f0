"""The checker of the tasks' campaign finds whatever must not be, and nothing else."""

import pytest
from task_campaign.history import Acknowledged, Line, Told, judge

ONE = Acknowledged("a", "t-1", "stamp")
AGAIN = Acknowledged("a", "t-1", "stamp_again")
DONE = [Line("begun", "a"), Line("done", "a")]


def told(status="succeeded", *, attempt=1, error=None, events=()):
    return {"t-1": Told("t-1", status, attempt, error, events)}


def test_a_task_that_was_done_once_is_good():
    verdict = judge([ONE, ONE], told(), DONE)
    assert verdict.breaches == []
    assert verdict.counts["repeated submits"] == 1


def test_a_task_that_was_lost_under_way_and_is_told_so_is_good():
    lost = told("failed", error="robot_lost", events=("dispatched", "failed"))
    assert judge([ONE], lost, DONE[:1]).breaches == []
    assert judge([ONE], lost, DONE).counts["done, but nobody can know"] == 1


@pytest.mark.parametrize(
    ("tasks", "book"),
    [
        ({}, DONE),  # acknowledged, and forgotten
        (told("running"), DONE[:1]),  # for ever
        (told("queued"), []),
        (told("succeeded"), []),  # nobody did it
        (told("succeeded"), DONE[:1]),
    ],
)
def test_a_lost_task_is_found(tasks, book):
    assert len(judge([ONE], tasks, book).lost) == 1


def test_a_task_that_was_begun_twice_is_found():
    assert len(judge([ONE], told(), [DONE[0], *DONE]).doubled) == 1
    assert len(judge([ONE], told(attempt=2), [*DONE, *DONE]).doubled) == 1


def test_a_type_that_may_be_done_twice_may_be_so_once_for_each_attempt():
    assert judge([AGAIN], told(attempt=2), [*DONE, *DONE]).breaches == []
    assert len(judge([AGAIN], told(attempt=1), [*DONE, *DONE]).doubled) == 1


def test_one_key_that_made_two_tasks_is_found():
    other = Acknowledged("a", "t-2", "stamp")
    both = told() | {"t-2": Told("t-2", "succeeded", 1, None, ())}
    assert judge([ONE, other], both, DONE).doubled


def test_what_was_done_twice_without_ever_being_acknowledged_is_found():
    assert len(judge([], {}, [Line("done", "b"), Line("done", "b")]).doubled) == 1
    assert judge([], {}, DONE).breaches == []


def test_a_failure_that_nobody_caused_and_one_that_is_not_explained_are_found():
    failed = told("failed", error="timeout", events=("dispatched", "failed"))
    assert len(judge([ONE], failed, DONE[:1]).wrong) == 1
    silent = told("failed", error="robot_lost", events=("dispatched",))
    assert len(judge([ONE], silent, DONE[:1]).wrong) == 1
