"""When a robot that has gone silent with a task is given up."""

from __future__ import annotations

from dataclasses import replace

from lanyard_core.task.supervision import Patience, Run

PATIENCE = Patience(after_timeout_s=30.0, after_cancel_s=20.0)
RUN = Run(began_s=100.0, timeout_s=300.0)


def test_a_task_has_its_own_time_limit_and_a_grace_for_the_answer():
    assert not RUN.is_lost(429.9, PATIENCE)
    assert RUN.is_lost(430.0, PATIENCE)


def test_a_task_that_was_asked_to_stop_is_given_less_time():
    canceling = replace(RUN, cancel_asked_s=150.0)
    assert not canceling.is_lost(169.9, PATIENCE)
    assert canceling.is_lost(170.0, PATIENCE)


def test_asking_a_task_to_stop_never_gives_it_more_time():
    late = replace(RUN, cancel_asked_s=425.0)
    assert late.give_up_at(PATIENCE) == RUN.give_up_at(PATIENCE)
