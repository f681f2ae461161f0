import pytest

from lanyard_sim.body import Body
from lanyard_sim.settings import settings_from

STEP_S = 0.005


def make(parameters, **changes) -> Body:
    named = {name.replace("__", "."): value for name, value in changes.items()}
    body = Body(settings_from({**parameters, **named}))
    body.base_driver.offer((0.0,) * 6)  # a stream of commands begins with zero
    body.arm_driver.offer((0.0,) * 6)
    return body


def live(body: Body, parameters, seconds: float, *, forward: float = 0.0, joints=None) -> None:
    faults = settings_from(parameters).faults
    for _ in range(round(seconds / STEP_S)):
        body.base_driver.offer((forward, 0.0, 0.0, 0.0, 0.0, 0.0))
        body.arm_driver.offer(joints or [0.0] * 6)
        body.advance(STEP_S, faults)


def test_its_place_is_told_in_the_map(parameters):
    body = make(parameters, start__x_m=2.0, start__yaw_rad=3.1416)
    live(body, parameters, 2.0, forward=0.5)
    assert body.place.x == pytest.approx(2.0 - 0.95, abs=0.02)


def test_the_two_drivers_do_not_wait_for_each_other(parameters):
    body = make(parameters)
    live(body, parameters, 1.0, forward=0.5)
    faults = settings_from(parameters).faults
    for _ in range(100):
        body.base_driver.offer((0.5, 0.0, 0.0, 0.0, 0.0, 0.0))
        body.advance(STEP_S, faults)
    assert body.base.linear == 0.5
    assert body.arm.speeds == (0.0,) * 6


def test_moving_the_arm_warms_it_and_costs_energy(parameters):
    moving, standing = make(parameters, dock__x_m=9.0), make(parameters, dock__x_m=9.0)
    live(moving, parameters, 1.0, joints=[0.5] * 6)
    live(standing, parameters, 1.0)
    assert moving.battery.charge < standing.battery.charge
    assert all(a > b for a, b in zip(moving.heat.temperatures, standing.heat.temperatures))


def test_only_a_robot_at_rest_is_charged_by_its_dock(parameters):
    body = make(parameters, dock__radius_m=5.0)
    live(body, parameters, 0.5, forward=0.5)
    assert not body.battery.charging
    live(body, parameters, 0.5)
    assert body.battery.charging


def test_an_empty_battery_takes_the_wish_away(parameters):
    body = make(parameters, dock__x_m=9.0, battery__capacity_wh=1.0, battery__initial_charge=0.01)
    live(body, parameters, 3.0, forward=0.5)
    assert body.battery.empty
    assert body.wanted_motion == (0.0, 0.0)
    assert body.base.at_rest
