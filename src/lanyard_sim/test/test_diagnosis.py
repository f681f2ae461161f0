import math

import pytest

from lanyard_sim.diagnosis import (
    REFUSAL_SHOWN_S,
    STUCK_AFTER_S,
    BatteryWatch,
    HeatWatch,
    Level,
    MotionWatch,
    judge_driver,
)
from lanyard_sim.driver import CommandIntake

DT = 0.01


def test_a_joint_reports_overtemperature_by_its_own_name():
    finding = HeatWatch("joint_3", limit_c=80.0).judge(80.0).finding
    assert (finding.code, finding.level) == ("JOINT_3_OVERTEMP", Level.URGENT)
    assert finding.hint


def test_a_joint_below_the_limit_is_well_and_tells_its_temperature():
    status = HeatWatch("joint_3", limit_c=80.0).judge(79.9)
    assert status.finding is None
    assert status.values == (("temperature_c", "79.9"),)


def test_an_overheated_joint_is_well_only_after_it_cooled_by_a_margin():
    watch = HeatWatch("joint_3", limit_c=80.0)
    watch.judge(81.0)
    assert watch.judge(75.5).finding is not None
    assert watch.judge(74.9).finding is None
    assert watch.judge(79.0).finding is None


def test_a_low_battery_is_reported_until_it_is_charged_by_a_margin():
    watch = BatteryWatch(low_charge=0.2)

    def judge(charge: float):
        return watch.judge(charge, charging=False, empty=False).finding

    assert judge(0.2) is None
    assert judge(0.199).code == "BATTERY_LOW"
    assert judge(0.21).code == "BATTERY_LOW"
    assert judge(0.23) is None


def test_an_empty_battery_is_fatal():
    finding = BatteryWatch(low_charge=0.2).judge(0.0, charging=False, empty=True).finding
    assert (finding.code, finding.level) == ("BATTERY_EMPTY", Level.FATAL)


@pytest.mark.parametrize("wanted", [(0.3, 0.0), (-0.3, 0.0), (0.0, 0.5)])
def test_a_base_that_does_not_move_when_told_to_is_stuck(wanted):
    watch = MotionWatch()
    for _ in range(round(STUCK_AFTER_S / DT) + 1):
        watch.advance(wanted, (0.0, 0.0), DT)
    assert watch.judge().finding.code == "BASE_STUCK"


def test_a_base_that_only_needs_a_moment_is_not_stuck():
    watch = MotionWatch()
    for _ in range(round(STUCK_AFTER_S / DT) - 1):
        watch.advance((0.3, 0.0), (0.0, 0.0), DT)
    watch.advance((0.3, 0.0), (0.05, 0.0), DT)
    watch.advance((0.3, 0.0), (0.0, 0.0), DT)
    assert watch.judge().finding is None


def test_a_base_that_is_not_told_to_move_is_not_stuck():
    watch = MotionWatch()
    for _ in range(1000):
        watch.advance((0.0, 0.0), (0.0, 0.0), DT)
    assert watch.judge().finding is None


def test_a_stuck_base_is_well_again_when_it_moves():
    watch = MotionWatch()
    for _ in range(100):
        watch.advance((0.3, 0.0), (0.0, 0.0), DT)
    watch.advance((0.3, 0.0), (0.1, 0.0), DT)
    assert watch.judge().finding is None


def refusing() -> CommandIntake:
    intake = CommandIntake(width=1, timeout_s=0.2)
    intake.offer([math.nan])
    intake.offer([math.nan])
    return intake


def test_a_driver_that_refused_nothing_is_well():
    status = judge_driver("base", CommandIntake(width=1, timeout_s=0.2))
    assert status.finding is None
    assert status.values == (("refused_commands", "0"),)


def test_a_held_driver_says_so_until_it_is_let_go():
    intake = refusing()
    intake.hold(held=True)
    assert judge_driver("base", intake).finding.code == "BASE_HELD"
    intake.hold(held=False)
    assert judge_driver("base", intake).finding.code == "BASE_COMMAND_REFUSED"


def test_a_refused_command_is_shown_with_its_reason_and_counted():
    status = judge_driver("base", refusing())
    assert status.finding.code == "BASE_COMMAND_REFUSED"
    assert "not every number is finite" in status.finding.message
    assert status.values == (("refused_commands", "2"),)


def test_a_refused_command_is_forgotten_after_a_while_but_stays_counted():
    intake = refusing()
    intake.advance(REFUSAL_SHOWN_S - 0.1)
    assert judge_driver("arm", intake).finding is not None
    intake.advance(0.2)
    status = judge_driver("arm", intake)
    assert status.finding is None
    assert status.values == (("refused_commands", "2"),)
