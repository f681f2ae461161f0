"""The same launch file, started by launch_ros and planned by our runner: the same command lines.

Only where launch_ros is installed (a machine with ROS); the wheels have none. What was seen when it
was tried on the wheels is in docs/launch-check.md.
"""

from __future__ import annotations

import importlib.util
import os
import pathlib
import random
import re
import signal
import subprocess
import time

import pytest
import yaml
from ament_index_python.packages import get_package_prefix, get_package_share_directory

from lanyard_runner.command import commands_for
from lanyard_runner.plan import plan_nodes
from lanyard_runner.substitutions import Surroundings

DEADLINE_S = 60.0
STARTED = re.compile(r"\[(\w+)-\d+\]: process started with pid \[(\d+)\]")


@pytest.fixture
def overrides(tmp_path):
    """A parameter file that keeps the nodes out of everybody's way."""
    file = tmp_path / "overrides.yaml"
    parameters = {"port": 0, "state_dir": str(tmp_path)}
    tasks = {"ros__parameters": {"journal_folder": str(tmp_path / "tasks")}}
    file.write_text(
        yaml.safe_dump({"gateway": {"ros__parameters": parameters}, "/**/tasks": tasks})
    )
    return file


def planned(overrides, scratch):
    """What our runner would start: arguments by node name."""
    plans = plan_nodes(
        pathlib.Path(get_package_share_directory("lanyard_bringup")) / "launch/demo.launch.xml",
        arguments={"overrides": str(overrides)},
        surroundings=Surroundings(
            os.environ, lambda package: pathlib.Path(get_package_share_directory(package))
        ),
    )
    commands = commands_for(plans, environment={}, prefix_of=get_package_prefix, scratch=scratch)
    return {command.name: list(command.arguments) for command in commands}


def started(overrides, log, count):
    """What launch_ros starts: arguments by node name."""
    environment = {**os.environ, "ROS_DOMAIN_ID": str(random.randint(1, 99))}
    with log.open("w") as output:
        process = subprocess.Popen(
            ["ros2", "launch", "lanyard_bringup", "demo.launch.xml", f"overrides:={overrides}"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        deadline = time.monotonic() + DEADLINE_S
        while len(found := dict(STARTED.findall(log.read_text()))) < count or any(
            b"--ros-args" not in command_line(pid) for pid in found.values()
        ):
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        return {
            name: command_line(pid).decode().strip("\0").split("\0")[1:]
            for name, pid in found.items()
        }
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(DEADLINE_S)


def command_line(pid):
    return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()


if importlib.util.find_spec("launch_ros") is not None:

    def test_launch_ros_starts_what_our_runner_starts(overrides, tmp_path):
        ours = planned(overrides, tmp_path)
        assert started(overrides, tmp_path / "launch.log", len(ours)) == ours
