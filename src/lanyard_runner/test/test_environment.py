"""The environment of the demo's nodes."""

from pathlib import Path

from lanyard_runner.environment import demo_environment

LOG = Path("/state/log")


def test_discovery_stays_on_this_machine():
    outer = {"ROS_LOCALHOST_ONLY": "0", "ROS_STATIC_PEERS": "x"}
    inner = demo_environment(outer, domain_id=7, log_dir=LOG)
    assert inner["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
    assert inner["ROS_DOMAIN_ID"] == "7"
    assert "ROS_STATIC_PEERS" not in inner
    assert "ROS_LOCALHOST_ONLY" not in inner


def test_humble_is_told_in_its_own_words():
    inner = demo_environment({"ROS_DISTRO": "humble"}, domain_id=0, log_dir=LOG)
    assert inner["ROS_LOCALHOST_ONLY"] == "1"


def test_the_nodes_logs_stay_with_the_state():
    assert demo_environment({}, domain_id=0, log_dir=LOG)["ROS_LOG_DIR"] == "/state/log"
