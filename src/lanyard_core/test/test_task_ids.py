"""Ids of tasks and goals."""

from __future__ import annotations

from lanyard_core.task.ids import ENTROPY_BITS, goal_id_of, new_task_id


def test_a_task_id_is_short_and_sorts_by_time():
    ids = [new_task_id(now_unix_s=1.7e9 + ms / 1000, entropy=2**80 - 1 - ms) for ms in range(200)]
    assert ids == sorted(ids)
    assert all(len(each) == 28 and each.startswith("t-") for each in ids)


def test_two_tasks_of_the_same_millisecond_differ_by_their_entropy():
    most = 2**ENTROPY_BITS - 1
    ids = {new_task_id(now_unix_s=5.0, entropy=entropy) for entropy in (0, 1, most)}
    assert len(ids) == 3


def test_the_goal_id_of_an_attempt_never_changes_between_versions():
    assert str(goal_id_of("t-1", 1)) == "5491bc05-6b57-55f2-b784-9ec40d5baf1d"
    assert goal_id_of("t-1", 1) != goal_id_of("t-1", 2)
