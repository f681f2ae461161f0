"""From keys to velocities, in virtual time."""

import pytest

from lanyard_client.cli.keys import Action, KeyEvent
from lanyard_client.cli.teleop import FIRST_HOLD_S, REPEAT_HOLD_S, Teleop, Wish

REST = (0.0, 0.0)
STEP_S = 0.01
REPEATS_S = 0.04


class Operator:
    """Somebody at a keyboard; the clock goes on while a key is held."""

    def __init__(self):
        self.now = 10.0
        self.teleop = Teleop(linear_m_s=0.4, angular_rad_s=1.0)

    @property
    def velocity(self):
        return self.teleop.velocity(self.now)

    def press(self, key, action=Action.PRESS):
        return self.teleop.key(self.now, KeyEvent(key, action))

    def hold_in_a_plain_terminal(self, key, seconds, *, delay_s=0.5):
        """The velocities while a key is held: one press, a pause, then repetitions."""
        self.press(key)
        began, repeat, seen = self.now, self.now + delay_s, []
        while self.now < began + seconds:
            if self.now >= repeat:
                self.press(key)
                repeat += REPEATS_S
            seen.append(self.velocity)
            self.now += STEP_S
        return seen

    def wait(self, seconds):
        self.now += seconds


@pytest.fixture
def operator():
    return Operator()


@pytest.mark.parametrize(
    ("key", "velocity"),
    [
        ("w", (0.2, 0.0)), ("up", (0.2, 0.0)), ("s", (-0.2, 0.0)), ("a", (0.0, 0.5)),
        ("right", (0.0, -0.5)), ("q", (0.2, 0.5)), ("e", (0.2, -0.5)), ("k", REST),
    ],
)  # fmt: skip
def test_each_key_has_its_direction(operator, key, velocity):
    operator.press(key)
    assert operator.velocity == velocity


@pytest.mark.parametrize("delay_s", [0.25, 0.5])
def test_a_key_that_is_held_moves_without_a_gap_from_the_press_to_the_last_repetition(
    operator, delay_s
):
    assert set(operator.hold_in_a_plain_terminal("w", 3.0, delay_s=delay_s)) == {(0.2, 0.0)}


def test_letting_go_brings_it_to_rest_when_the_repetitions_stop(operator):
    operator.hold_in_a_plain_terminal("w", 2.0)
    assert operator.teleop.next_deadline() <= operator.now + REPEAT_HOLD_S
    operator.wait(REPEAT_HOLD_S)
    assert operator.velocity == REST
    assert operator.teleop.next_deadline() is None


def test_one_press_alone_ends_by_itself(operator):
    operator.press("w")
    operator.wait(FIRST_HOLD_S)
    assert operator.velocity == REST


def test_a_reported_release_counts_at_once(operator):
    operator.press("w")
    operator.press("a")
    operator.press("w", Action.RELEASE)
    assert operator.velocity == (0.0, 0.5)
    operator.press("a", Action.RELEASE)
    assert operator.velocity == REST


def test_two_keys_make_a_curve_and_opposite_keys_none(operator):
    operator.press("w")
    operator.press("d")
    assert operator.velocity == (0.2, -0.5)
    operator.press("s")
    assert operator.velocity == (0.0, -0.5)


@pytest.mark.parametrize(
    ("key", "wish"),
    [
        ("space", Wish.STOP), ("r", Wish.ARM), ("x", Wish.END), ("ctrl+c", Wish.END),
        ("ctrl+d", Wish.END), ("enter", None), ("ä", None),
    ],
)  # fmt: skip
def test_any_key_that_is_no_direction_lets_go_of_everything(operator, key, wish):
    operator.press("w")
    assert operator.press(key) is wish
    assert operator.velocity == REST


def test_letting_go_of_space_asks_for_nothing(operator):
    assert operator.press("space", Action.RELEASE) is None


def test_the_share_of_the_top_speed_is_changed_in_steps_within_its_bounds(operator):
    operator.press("w")
    operator.press("+")
    assert operator.velocity == pytest.approx((0.24, 0.0))
    for _ in range(20):
        operator.press("+")
    assert operator.velocity == pytest.approx((0.4, 0.0))
    for _ in range(20):
        operator.press("-")
    assert operator.velocity == pytest.approx((0.04, 0.0))
