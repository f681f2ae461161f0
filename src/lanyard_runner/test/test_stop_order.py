"""Control ends first, then the rest; who does not end is killed."""

import pytest

from lanyard_runner.stop_order import Ending, StopOrder

ALL = {"control", "gateway", "sim", "tasks", "watchdog"}
REST = ALL - {"control"}


@pytest.fixture
def order():
    return StopOrder(first=("control",), patience_s=5.0)


def test_control_alone_is_asked_to_end_first(order):
    assert order.step(now=0.0, running=ALL) == [("control", Ending.REQUEST)]


def test_the_rest_waits_while_control_brings_the_robot_to_rest(order):
    order.step(now=0.0, running=ALL)
    assert order.step(now=4.9, running=ALL) == []


def test_the_rest_is_asked_to_end_when_control_has_ended(order):
    order.step(now=0.0, running=ALL)
    asked = order.step(now=0.5, running=REST)
    assert asked == [(name, Ending.REQUEST) for name in sorted(REST)]


def test_nobody_is_asked_twice(order):
    order.step(now=0.0, running=ALL)
    order.step(now=0.5, running=REST)
    assert order.step(now=0.6, running=REST) == []


def test_the_rest_is_asked_to_end_when_control_does_not_end_in_time(order):
    order.step(now=0.0, running=ALL)
    asked = order.step(now=5.0, running=ALL)
    assert asked == [(name, Ending.REQUEST) for name in sorted(REST)]


def test_who_does_not_end_in_time_is_killed_control_too(order):
    order.step(now=0.0, running=ALL)
    order.step(now=5.0, running=ALL)
    assert order.step(now=10.0, running={"control", "sim"}) == [
        ("control", Ending.KILL),
        ("sim", Ending.KILL),
    ]


def test_when_control_is_gone_already_the_rest_follows_at_once(order):
    assert order.step(now=0.0, running=REST) == []
    assert [name for name, _ending in order.step(now=0.0, running=REST)] == sorted(REST)
