"""The environment of the demo's nodes."""

from lanyard_runner.environment import demo_environment


def test_discovery_stays_on_this_machine():
    inner = demo_environment({"ROS_LOCALHOST_ONLY": "0", "ROS_STATIC_PEERS": "x"}, domain_id=7)
    assert inner["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
    assert inner["ROS_DOMAIN_ID"] == "7"
    assert "ROS_STATIC_PEERS" not in inner
    assert "ROS_LOCALHOST_ONLY" not in inner


def test_humble_is_told_in_its_own_words():
    assert demo_environment({"ROS_DISTRO": "humble"}, domain_id=0)["ROS_LOCALHOST_ONLY"] == "1"
