import pytest

from lanyard_sim.battery import FAULT_CHARGE, Battery
from lanyard_sim.settings import BatterySettings

HOUR_S = 3600.0


def make(initial_charge: float = 0.5) -> Battery:
    return Battery(
        BatterySettings(
            capacity_wh=100.0,
            initial_charge=initial_charge,
            low_charge=0.2,
            idle_power_w=10.0,
            charger_power_w=60.0,
        )
    )


def test_it_loses_what_the_robot_uses():
    battery = make()
    battery.advance(10.0, HOUR_S, docked=False, weak=False)
    assert battery.charge == pytest.approx(0.4)
    assert not battery.charging


def test_current_is_negative_while_it_discharges_and_sags_the_voltage():
    resting, loaded = make(), make()
    resting.advance(0.0, 1.0, docked=False, weak=False)
    loaded.advance(200.0, 1.0, docked=False, weak=False)
    assert loaded.current_a < -7.0
    assert loaded.voltage_v < resting.voltage_v


def test_the_dock_fills_it_with_what_the_robot_does_not_use():
    battery = make()
    battery.advance(10.0, HOUR_S / 2, docked=True, weak=False)
    assert battery.charge == pytest.approx(0.75)
    assert battery.charging
    assert battery.current_a > 0.0


def test_a_full_battery_on_the_dock_rests():
    battery = make(initial_charge=0.99)
    battery.advance(10.0, HOUR_S, docked=True, weak=False)
    battery.advance(10.0, HOUR_S, docked=True, weak=False)
    assert battery.full
    assert not battery.charging
    assert battery.current_a == 0.0
    assert battery.charge == 1.0


def test_an_empty_battery_says_so_and_never_goes_below_nothing():
    battery = make(initial_charge=0.05)
    battery.advance(10.0, HOUR_S, docked=False, weak=False)
    assert battery.charge == 0.0
    assert battery.empty


def test_an_empty_battery_on_the_dock_is_not_without_power():
    battery = make(initial_charge=0.05)
    battery.advance(10.0, HOUR_S, docked=False, weak=False)
    battery.advance(10.0, 1.0, docked=True, weak=False)
    assert not battery.empty


def test_a_weak_cell_shows_little_charge_and_recovers_when_the_fault_goes():
    battery = make()
    battery.advance(10.0, 1.0, docked=False, weak=True)
    assert battery.charge == FAULT_CHARGE
    battery.advance(10.0, 1.0, docked=False, weak=False)
    assert battery.charge == pytest.approx(0.5, abs=0.001)


def test_capacity_is_told_in_ampere_hours():
    assert make().capacity_ah == pytest.approx(100.0 / 25.6)
