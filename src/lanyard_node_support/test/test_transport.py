"""A process that must not be held up keeps its DDS traffic off shared memory."""

from __future__ import annotations

import os
import pathlib
import random
import subprocess
import sys
import xml.etree.ElementTree

import pytest

from lanyard_node_support import transport
from lanyard_node_support.transport import avoid_shared_memory, choose_transport

PROFILE = "FASTRTPS_DEFAULT_PROFILES_FILE"

# Prints whether this process has shared memory of Fast DDS, and whether it hears its other half.
TWO_PROCESSES = """
import os, subprocess, sys, time
mode = sys.argv[1]
if mode == "talker":
    from lanyard_node_support.transport import avoid_shared_memory
    listener = subprocess.Popen([sys.executable, __file__, "listener"], stdout=subprocess.PIPE)
    assert avoid_shared_memory(os.environ).kept_off
import rclpy
from rclpy.node import Node
from std_msgs.msg import Empty
rclpy.init(args=[])
node = Node(mode)
if mode == "talker":
    publisher = node.create_publisher(Empty, "word", 10)
    while listener.poll() is None:
        publisher.publish(Empty())
        time.sleep(0.02)
    listener.stdout.close()
    print(listener.returncode, "fastrtps_port" in open("/proc/self/maps").read())
else:
    heard = []
    node.create_subscription(Empty, "word", lambda m: heard.append(m), 10)
    deadline = time.monotonic() + 60
    while not heard and time.monotonic() < deadline:
        rclpy.spin_once(node, timeout_sec=0.1)
    sys.exit(0 if heard else 1)
"""


@pytest.mark.parametrize(
    "given",
    [
        {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"},
        {"ROS_LOCALHOST_ONLY": "1"},
    ],
)
def test_on_this_machine_only_the_profile_takes_the_place_of_the_range(given):
    environment = dict(given)
    assert avoid_shared_memory(environment).kept_off
    assert environment[PROFILE].endswith("udp_this_machine.xml")
    assert environment["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "SYSTEM_DEFAULT"
    assert "ROS_LOCALHOST_ONLY" not in environment


@pytest.mark.parametrize("given", [{}, {"ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET"}])
def test_beyond_this_machine_the_range_stays_as_it_is(given):
    environment = dict(given)
    assert avoid_shared_memory(environment).kept_off
    assert environment.pop(PROFILE).endswith("/udp.xml")
    assert environment.pop("FASTDDS_DEFAULT_PROFILES_FILE").endswith("/udp.xml")
    assert environment == given


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({PROFILE: "/etc/mine.xml"}, "profile has no shared memory"),
        ({"FASTDDS_DEFAULT_PROFILES_FILE": "/etc/mine.xml"}, "profile has no shared memory"),
        ({"FASTDDS_BUILTIN_TRANSPORTS": "LARGE_DATA"}, "set it to UDPv4"),
        (
            {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST", "ROS_STATIC_PEERS": "10.0.0.7"},
            "only one of them",
        ),
    ],
)
def test_what_an_operator_has_set_is_left_alone_and_said(given, word):
    environment = dict(given)
    choice = avoid_shared_memory(environment)
    assert not choice.kept_off
    assert word in choice.detail
    assert environment == given


def test_a_process_that_was_started_by_one_of_ours_goes_on_with_its_profile():
    environment = {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}
    first = avoid_shared_memory(environment)
    inherited = dict(environment)
    assert avoid_shared_memory(inherited) == first
    assert inherited == environment


def test_another_middleware_is_none_of_our_business():
    environment = {"RMW_IMPLEMENTATION": "rmw_cyclonedds_cpp"}
    assert avoid_shared_memory(environment).kept_off
    assert environment == {"RMW_IMPLEMENTATION": "rmw_cyclonedds_cpp"}


@pytest.mark.parametrize("discovery", ["LOCALHOST", "SUBNET"])
def test_the_profiles_are_sound_and_have_one_transport(discovery):
    environment = {"ROS_AUTOMATIC_DISCOVERY_RANGE": discovery}
    avoid_shared_memory(environment)
    root = xml.etree.ElementTree.parse(environment[PROFILE]).getroot()
    names = {"dds": "http://www.eprosima.com"}
    assert [kind.text for kind in root.findall(".//dds:type", names)] == ["UDPv4"]
    assert [b.text for b in root.findall(".//dds:useBuiltinTransports", names)] == ["false"]
    for name in ("sendBufferSize", "receiveBufferSize"):
        given = [int(b.text) for b in root.findall(f".//dds:{name}", names)]
        assert given == [transport.BUFFER_BYTES]


@pytest.mark.parametrize(
    ("allowed", "is_said"), [("212992\n", True), ("4194304\n", False), ("", False)]
)
def test_a_system_that_allows_no_large_buffers_is_said_with_its_remedy(
    monkeypatch, tmp_path, allowed, is_said
):
    limit = tmp_path / "rmem_max"
    limit.write_text(allowed)
    monkeypatch.setattr(transport, "RECEIVE_LIMIT", limit)
    monkeypatch.setattr(os, "environ", {})
    assert ("sysctl -w net.core.rmem_max=4194304" in choose_transport().detail) is is_said


@pytest.mark.parametrize("discovery", ["LOCALHOST", "SUBNET"])
def test_it_still_reaches_a_process_that_was_left_as_it_is(tmp_path, discovery):
    program = pathlib.Path(tmp_path, "two_processes.py")
    program.write_text(TWO_PROCESSES)
    environment = {
        **os.environ,
        "ROS_DOMAIN_ID": str(random.SystemRandom().randint(1, 99)),
        "ROS_AUTOMATIC_DISCOVERY_RANGE": discovery,
    }
    result = subprocess.run(
        [sys.executable, program, "talker"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.split() == ["0", "False"], result.stderr
