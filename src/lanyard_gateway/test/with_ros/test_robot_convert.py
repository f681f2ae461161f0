import math

import pytest
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from lanyard_msgs.msg import JointTemperatures, SafetyState
from sensor_msgs.msg import BatteryState, JointState, NavSatFix, NavSatStatus

from lanyard_core.safety.states import Cause, State
from lanyard_core.telemetry.status import GpsFix
from lanyard_gateway.robot import convert


def test_an_unknown_state_is_none_and_unknown_causes_are_left_out():
    message = SafetyState(state=77, causes=int(Cause.SENSOR_LOST) | (1 << 31))
    status = convert.safety_status(message, now_unix_s=100.0, age_s=1.0)
    assert status.state is None
    assert status.causes == Cause.SENSOR_LOST


def test_a_safety_state_tells_since_when_it_lasts():
    message = SafetyState(state=SafetyState.STATE_IDLE, state_age_s=5.0)
    status = convert.safety_status(message, now_unix_s=100.0, age_s=1.0)
    assert status.state is State.IDLE
    assert status.since_unix_s == 94.0


def test_joints_take_their_temperature_by_name_and_none_for_what_is_not_known():
    states = JointState(name=["a", "b"], position=[1.0, 2.0], velocity=[0.5, math.nan])
    degrees = JointTemperatures(name=["b", "a"], temperature=[41.5, math.nan])
    first, second = convert.joints(states, convert.temperatures(degrees))
    assert (first.position_rad, first.velocity_rad_s, first.temperature_c) == (1.0, 0.5, None)
    assert (second.velocity_rad_s, second.effort_nm, second.temperature_c) == (None, None, 41.5)


def test_a_joint_without_a_position_is_left_out():
    states = JointState(name=["a", "b", "c"], position=[math.nan, 2.0])
    assert [joint.name for joint in convert.joints(states, {})] == ["b"]


def test_the_batterys_share_becomes_percent_and_not_a_number_becomes_unknown():
    message = BatteryState(percentage=0.815, voltage=25.0, current=math.nan)
    message.power_supply_status = BatteryState.POWER_SUPPLY_STATUS_CHARGING
    battery = convert.battery(message, age_s=0.5)
    assert battery.percent == pytest.approx(81.5)
    assert (battery.voltage_v, battery.current_a, battery.charging) == (25.0, None, True)


def test_a_diagnostic_that_is_ok_is_no_error():
    assert convert.robot_error(DiagnosticStatus(), since_unix_s=0.0, source="s") is None


def test_an_error_takes_code_level_and_hint_from_its_values():
    status = DiagnosticStatus(level=DiagnosticStatus.WARN, name="joint 3", message="hot")
    status.values = [
        KeyValue(key="code", value="JOINT_3_OVERTEMP"),
        KeyValue(key="level", value="fatal"),
        KeyValue(key="hint", value="let it cool"),
    ]
    error = convert.robot_error(status, since_unix_s=3.0, source="/diagnostics")
    assert (error.code, error.level, error.hint) == ("JOINT_3_OVERTEMP", "fatal", "let it cool")
    assert (error.message, error.since_unix_s, error.source) == ("hot", 3.0, "/diagnostics")


def test_an_error_without_values_gets_its_code_from_its_name_and_its_level_from_the_message():
    status = DiagnosticStatus(level=DiagnosticStatus.ERROR, name="arm: joint-3 temp")
    status.values = [KeyValue(key="level", value="terrible")]
    error = convert.robot_error(status, since_unix_s=0.0, source="s")
    assert (error.code, error.level) == ("ARM_JOINT_3_TEMP", "critical")


def test_without_a_satellite_fix_the_position_is_not_known():
    message = NavSatFix(latitude=1.0, longitude=2.0, altitude=3.0)
    message.status.status = NavSatStatus.STATUS_NO_FIX
    found = convert.gps_position(message)
    assert found.fix is GpsFix.NONE
    assert (found.latitude_deg, found.longitude_deg, found.accuracy_m) == (None, None, None)


def test_a_satellite_fix_of_unknown_accuracy_or_altitude_leaves_them_out():
    message = NavSatFix(latitude=1.0, longitude=2.0, altitude=math.nan)
    message.status.status = NavSatStatus.STATUS_FIX
    found = convert.gps_position(message)
    assert (found.latitude_deg, found.altitude_m, found.accuracy_m) == (1.0, None, None)
