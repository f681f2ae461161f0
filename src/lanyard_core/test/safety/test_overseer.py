"""The watchdog's rules in virtual time: whom it misses, what it says, and when it lets go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanyard_core.safety.overseer import (
    LONGEST_STEP_S,
    TICK_S,
    Order,
    Overseer,
    Patience,
    Watch,
)
from lanyard_core.safety.states import Cause, State

PATIENCE = Patience(velocity_s=0.15, state_s=0.35)


class Scene:
    """An overseer, virtual time, and a control node that speaks at 500 Hz and 10 Hz."""

    def __init__(self) -> None:
        self.overseer = Overseer(PATIENCE)
        self.now = 0.0
        self.said: list[tuple[float, Order]] = []
        self.speaks = self.tells = False
        self.state, self.causes, self.at_rest = int(State.IDLE), 0, True
        self._told_at = 0.0

    def tick(self, step_s: float = TICK_S) -> tuple[Order, ...]:
        self.now += step_s
        if self.speaks:
            self.overseer.velocity_heard()
        if self.tells and self.now - self._told_at >= 0.1 - 1e-9:
            self._told_at = self.now
            self.tell()
        orders = self.overseer.tick(self.now)
        self.said += [(self.now, order) for order in orders]
        return orders

    def tell(self) -> None:
        self.overseer.state_heard(self.state, causes=self.causes, at_rest=self.at_rest)

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK_S)):
            self.tick()

    def drive(self) -> None:
        """Control lives and drives, and the base was released before."""
        self.speaks = self.tells = True
        self.wait(0.5)
        self.state, self.at_rest = int(State.ACTIVE), False
        self.wait(0.5)
        self.said.clear()

    def die(self) -> None:
        self.speaks = self.tells = False

    @property
    def orders(self) -> set[Order]:
        return {order for _, order in self.said}


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def holding(scene) -> Scene:
    """Control has died while it drove."""
    scene.drive()
    scene.die()
    scene.wait(1.0)
    assert scene.overseer.watch is Watch.HOLDING
    scene.said.clear()
    return scene


def test_it_says_nothing_when_control_was_never_heard(scene):
    scene.wait(10.0)
    assert scene.said == []
    assert scene.overseer.watch is Watch.WAITING


@pytest.mark.parametrize("sign", ["speaks", "tells"])
def test_it_says_nothing_when_only_one_sign_was_ever_heard(scene, sign):
    setattr(scene, sign, True)
    scene.wait(1.0)
    setattr(scene, sign, False)
    scene.wait(1.0)
    assert scene.said == []


def test_it_says_nothing_while_control_lives_but_that_the_base_need_not_hold(scene):
    scene.speaks = scene.tells = True
    scene.wait(10.0)
    assert [order for _, order in scene.said] == [Order.RELEASE]
    assert scene.overseer.watch is Watch.WATCHING


def test_a_watchdog_that_starts_while_the_robot_moves_lets_go_of_nothing(scene):
    scene.speaks = scene.tells = True
    scene.state, scene.at_rest = int(State.ACTIVE), False
    scene.wait(1.0)
    assert scene.said == []
    assert scene.overseer.watch is Watch.RETURNING


def test_silence_is_answered_with_zero_and_a_halt_within_the_patience_and_two_ticks(scene):
    scene.drive()
    died = scene.now
    scene.die()
    scene.wait(1.0)
    assert [order for _, order in scene.said[:2]] == [Order.ZERO, Order.HALT]
    assert 0.15 - TICK_S <= scene.said[0][0] - died <= 0.15 + 2 * TICK_S


def test_zero_is_said_at_every_tick_and_the_halt_once(holding):
    holding.wait(0.5)
    assert [order for _, order in holding.said] == [Order.ZERO] * 50


def test_a_shorter_silence_is_not_answered(scene):
    scene.drive()
    scene.speaks = False
    scene.wait(0.13)
    scene.speaks = True
    scene.wait(1.0)
    assert scene.said == []


def test_a_stranger_on_the_velocity_topic_does_not_pass_for_control(scene):
    scene.drive()
    died = scene.now
    scene.tells = False
    scene.wait(1.0)
    assert scene.orders == {Order.ZERO, Order.HALT}
    assert scene.said[0][0] - died <= 0.35 + 2 * TICK_S
    assert scene.overseer.watch is Watch.HOLDING


def test_it_is_silent_as_soon_as_control_speaks_and_tells_again(holding):
    holding.state, holding.at_rest = int(State.FAULT), False
    holding.speaks = True
    holding.tell()
    holding.wait(0.05)
    assert holding.said == []
    assert holding.overseer.watch is Watch.RETURNING


def test_the_base_is_held_until_control_is_at_rest_and_disarmed(holding):
    holding.speaks = holding.tells = True
    holding.state, holding.at_rest = int(State.ACTIVE), True
    holding.wait(1.0)
    assert Order.RELEASE not in holding.orders
    holding.state = int(State.STOPPING)
    holding.wait(1.0)
    assert Order.RELEASE not in holding.orders
    holding.state = int(State.STARTING)
    holding.wait(0.2)
    assert Order.RELEASE in holding.orders
    assert holding.overseer.watch is Watch.WATCHING


def test_a_state_that_is_not_known_lets_go_of_nothing(holding):
    holding.speaks = holding.tells = True
    holding.state, holding.at_rest = 99, True
    holding.wait(1.0)
    assert Order.RELEASE not in holding.orders


def test_what_control_said_before_it_died_lets_go_of_nothing(scene):
    scene.speaks = scene.tells = True
    scene.wait(1.0)  # at rest
    scene.die()
    scene.wait(1.0)
    scene.said.clear()
    scene.speaks = True
    scene.wait(1.0)
    assert scene.orders == {Order.ZERO}


def test_control_that_dies_again_is_answered_again(holding):
    holding.speaks = holding.tells = True
    holding.state = int(State.STARTING)
    holding.wait(0.3)
    holding.die()
    holding.wait(0.3)
    assert holding.overseer.watch is Watch.HOLDING
    assert holding.overseer.silences == 2


def test_control_that_took_its_leave_at_rest_is_not_missed(scene):
    scene.drive()
    scene.state, scene.causes, scene.at_rest = int(State.SAFE_STOP), int(Cause.SHUTDOWN), True
    scene.wait(0.2)
    scene.die()
    scene.wait(5.0)
    assert scene.said == []
    assert scene.overseer.watch is Watch.WAITING


def test_control_that_dies_while_it_shuts_down_in_motion_is_missed(scene):
    scene.drive()
    scene.causes = int(Cause.SHUTDOWN)
    scene.wait(0.2)
    scene.die()
    scene.wait(0.3)
    assert Order.HALT in scene.orders


def test_control_that_comes_back_after_its_leave_is_watched_again(scene):
    test_control_that_took_its_leave_at_rest_is_not_missed(scene)
    scene.state, scene.causes = int(State.STARTING), 0
    scene.drive()
    scene.die()
    scene.wait(0.3)
    assert Order.HALT in scene.orders


def test_a_watcher_that_slept_does_not_take_its_own_sleep_for_silence(scene):
    scene.drive()
    scene.die()  # nothing can be heard while asleep
    scene.tick(5.0)
    scene.speaks = scene.tells = True
    scene.wait(1.0)
    assert scene.said == []


@given(pauses=st.lists(st.floats(TICK_S, LONGEST_STEP_S), min_size=40, max_size=60))
def test_however_unevenly_it_is_asked_it_answers_within_patience_and_two_of_its_pauses(pauses):
    scene = Scene()
    scene.drive()
    died = scene.now
    scene.die()
    for pause in pauses:
        scene.tick(pause)
    assert scene.said[0][0] - died <= 0.15 + 2 * LONGEST_STEP_S


@given(
    signs=st.lists(st.tuples(st.booleans(), st.booleans()), max_size=200),
    step=st.floats(0.001, 1.0),
)
def test_zero_is_said_in_no_state_but_holding(signs, step):
    scene = Scene()
    for scene.speaks, told in signs:
        if told:
            scene.tell()
        orders = scene.tick(step)
        assert (Order.ZERO in orders) == (scene.overseer.watch is Watch.HOLDING)
