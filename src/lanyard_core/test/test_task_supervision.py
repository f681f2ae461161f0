"""When a robot that has a task is given up, and what is said before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanyard_core.task.order import LostPolicy
from lanyard_core.task.supervision import Patience, Verdict, Watch

PATIENCE = Patience(after_timeout_s=30.0, after_cancel_s=20.0, silence_s=10.0)


def watch(policy: LostPolicy = LostPolicy.WAIT) -> Watch:
    return Watch(began_s=100.0, timeout_s=300.0, policy=policy, patience=PATIENCE, now=100.0)


def test_a_task_has_its_own_time_limit_and_a_grace_for_the_answer():
    assert watch().judge(429.9, is_heard=True) is Verdict.GO_ON
    assert watch().judge(430.0, is_heard=True) is Verdict.LATE


def test_a_task_that_was_asked_to_stop_is_given_less_time():
    canceling = watch()
    canceling.cancel_asked(150.0)
    assert canceling.judge(169.9, is_heard=True) is Verdict.GO_ON
    assert canceling.judge(170.0, is_heard=True) is Verdict.LATE


def test_asking_a_task_to_stop_never_gives_it_more_time():
    late = watch()
    late.cancel_asked(425.0)
    assert late.give_up_at() == watch().give_up_at()


def test_a_robot_that_has_agreed_to_stop_or_refused_may_take_as_long_as_the_task():
    settled = watch()
    settled.cancel_asked(150.0)
    settled.cancel_settled()
    assert settled.judge(200.0, is_heard=True) is Verdict.GO_ON


def test_by_default_a_silent_robot_keeps_its_task_and_its_silence_is_said_once():
    waiting = watch()
    verdicts = [waiting.judge(now, is_heard=False) for now in (105.0, 109.9, 110.0, 111.0, 300.0)]
    assert verdicts == [
        Verdict.GO_ON, Verdict.GO_ON, Verdict.SAY_SILENT, Verdict.GO_ON, Verdict.GO_ON,
    ]  # fmt: skip
    assert waiting.judge(301.0, is_heard=True) is Verdict.SAY_BACK
    assert waiting.judge(302.0, is_heard=True) is Verdict.GO_ON
    assert waiting.judge(311.0, is_heard=False) is Verdict.GO_ON
    assert waiting.judge(312.0, is_heard=False) is Verdict.SAY_SILENT


@pytest.mark.parametrize("policy", [LostPolicy.FAIL, LostPolicy.REQUEUE])
def test_where_the_order_says_not_to_wait_a_silent_robot_is_lost_after_its_time(policy):
    impatient = watch(policy)
    assert impatient.judge(105.0, is_heard=True) is Verdict.GO_ON
    assert impatient.judge(114.9, is_heard=False) is Verdict.GO_ON
    assert impatient.judge(115.0, is_heard=False) is Verdict.LOST


def test_a_pause_does_not_count_and_while_it_lasts_no_limit_does():
    paused = watch()
    paused.paused(stands_still=True, paused_s=20.0)
    assert paused.judge(1e6, is_heard=True) is Verdict.GO_ON
    paused.paused(stands_still=False, paused_s=50.0)
    assert paused.judge(479.9, is_heard=True) is Verdict.GO_ON
    assert paused.judge(480.0, is_heard=True) is Verdict.LATE


def test_a_paused_task_that_is_to_be_cancelled_must_end_soon():
    paused = watch()
    paused.paused(stands_still=True, paused_s=0.0)
    paused.cancel_asked(1000.0)
    assert paused.judge(1019.9, is_heard=False) is not Verdict.LATE
    assert paused.judge(1020.0, is_heard=False) is Verdict.LATE


@pytest.mark.parametrize("policy", [LostPolicy.FAIL, LostPolicy.REQUEUE])
def test_a_robot_that_is_lost_with_a_paused_task_is_judged_as_with_a_running_one(policy):
    paused = watch(policy)
    paused.paused(stands_still=True, paused_s=0.0)
    assert paused.judge(1000.0, is_heard=False) is Verdict.LOST


def test_a_gateway_that_comes_late_hears_the_robot_before_it_gives_it_up():
    late = Watch(
        began_s=-1000.0, timeout_s=300.0, policy=LostPolicy.WAIT, patience=PATIENCE, now=100.0
    )
    assert late.judge(129.9, is_heard=True) is Verdict.GO_ON
    assert late.judge(130.0, is_heard=True) is Verdict.LATE
    late.paused(stands_still=False, paused_s=2000.0)
    assert late.judge(131.0, is_heard=True) is Verdict.GO_ON


@given(st.sampled_from(list(LostPolicy)), st.lists(st.tuples(st.floats(0.1, 60.0), st.booleans())))
def test_nothing_is_waited_for_for_ever(policy, steps):
    watched, now = watch(policy), 100.0
    for seconds, is_heard in steps:
        now += seconds
        verdict = watched.judge(now, is_heard=is_heard)
        assert (verdict is Verdict.LATE) == (now >= 430.0)
        if verdict is Verdict.LOST:
            assert policy is not LostPolicy.WAIT
    assert watched.judge(now + 430.0, is_heard=True) is Verdict.LATE
