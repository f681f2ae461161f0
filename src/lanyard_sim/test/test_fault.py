import subprocess
import sys

import pytest

from lanyard_sim.fault import known_faults, parse


def test_the_faults_are_the_parameters_of_the_group():
    assert set(known_faults()) == {"mute_odometry", "hot_joint", "low_battery", "stuck_base"}


def test_settings_become_values_of_the_right_type():
    assert parse(["stuck_base=true", "hot_joint=joint_3", "low_battery=false"]) == {
        "stuck_base": True,
        "hot_joint": "joint_3",
        "low_battery": False,
    }


def test_an_empty_value_ends_the_fault_of_a_joint():
    assert parse(["hot_joint="]) == {"hot_joint": ""}


@pytest.mark.parametrize("setting", ["stuck_bases=true", "stuck_base", "=true", ""])
def test_a_setting_that_is_none_is_refused_with_the_names_that_there_are(setting):
    with pytest.raises(ValueError, match="mute_odometry, hot_joint, low_battery, stuck_base"):
        parse([setting])


@pytest.mark.parametrize("setting", ["stuck_base=yes", "hot_joint=joint_7"])
def test_a_value_that_makes_no_sense_is_refused_by_name(setting):
    with pytest.raises(ValueError, match=setting.partition("=")[0]):
        parse([setting])


@pytest.fixture
def fault(ros_environment, namespace):
    """Runs the command against the simulated robot of this test."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lanyard_sim.fault", "--namespace", namespace, *arguments],
            env=ros_environment,
            capture_output=True,
            text=True,
            timeout=60.0,
        )

    return run


def test_it_breaks_the_robot_shows_what_is_broken_and_mends_it(start_sim, fault):
    with start_sim():
        broken = fault("--wait", "30", "stuck_base=true", "hot_joint=joint_3")
        assert broken.returncode == 0, broken.stderr
        shown = "mute_odometry=false\nhot_joint=joint_3\nlow_battery=false\nstuck_base=true\n"
        assert broken.stdout == shown
        assert fault("--wait", "30").stdout == shown
        mended = fault("--wait", "30", "--clear")
        assert mended.stdout == (
            "mute_odometry=false\nhot_joint=\nlow_battery=false\nstuck_base=false\n"
        )


def test_without_a_robot_it_says_so_and_what_to_look_at(fault):
    answer = fault("--wait", "0.2", "--namespace", "/nobody")
    assert answer.returncode == 3
    assert "/nobody" in answer.stderr
    assert "ROS_DOMAIN_ID" in answer.stderr


def test_wrong_arguments_end_it_with_one_clear_line(fault):
    answer = fault("stuck_base=perhaps")
    assert answer.returncode == 2
    assert "stuck_base" in answer.stderr.splitlines()[-1]
    assert "Traceback" not in answer.stderr
