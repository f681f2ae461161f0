"""What the tests share: a robot in virtual time, and the node ``sim`` in a process of its own."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from lanyard_node_support.parameter_schema import load_declarations
from lanyard_sim.readings import Reading
from lanyard_sim.robot import SimulatedRobot
from lanyard_sim.settings import settings_from

STEP_S = 0.005
# A name that no other robot on this machine has, should it be in the same domain.
NAMESPACE = f"/arm_{os.getpid()}"

# How long a condition may take on a busy machine; when all is well nobody waits so long.
DEADLINE_S = 30.0

SILENT = {
    "noise.speed": 0.0,
    "noise.position_rad": 0.0,
    "noise.temperature_c": 0.0,
    "noise.voltage_v": 0.0,
}


class VirtualTime:
    """Drives a robot step by step and keeps what it tells."""

    def __init__(self, robot: SimulatedRobot) -> None:
        self.robot = robot
        self.readings: list[Reading] = []

    def run(
        self, seconds: float, *, base: Sequence[float] = (), arm: Sequence[float] = ()
    ) -> list[Reading]:
        """Let ``seconds`` pass while the commands are repeated at 50 Hz; returns the readings.

        The streams begin with zero, as the drivers want it.
        """
        told: list[Reading] = []
        if base:
            self.robot.command_base((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
        if arm:
            self.robot.command_arm([0.0] * len(arm))
        for step in range(round(seconds / STEP_S)):
            if base and step % 4 == 0:
                self.robot.command_base((base[0], 0.0, 0.0), (0.0, 0.0, base[1]))
            if arm and step % 4 == 0:
                self.robot.command_arm(arm)
            told.extend(self.robot.advance(STEP_S))
        self.readings.extend(told)
        return told

    def last(self, kind: type) -> Reading:
        """The newest reading of a kind."""
        return next(reading for reading in reversed(self.readings) if isinstance(reading, kind))


@pytest.fixture
def parameters() -> dict[str, object]:
    """The parameters' defaults by name."""
    return {item.name: item.default for item in load_declarations("lanyard_sim").values()}


@pytest.fixture
def make_robot(parameters) -> Callable[..., VirtualTime]:
    """Makes robots without noise; the arguments are parameters that differ from their defaults."""

    def make(changes: dict[str, object] | None = None, *, noisy: bool = False) -> VirtualTime:
        quiet = {} if noisy else SILENT
        return VirtualTime(
            SimulatedRobot(settings_from({**parameters, **quiet, **(changes or {})}))
        )

    return make


class Probe:
    """A ROS node of the test's own, with a context and a domain of its own."""

    def __init__(self, domain_id: int) -> None:
        self.context = Context()
        rclpy.init(context=self.context, domain_id=domain_id)
        self.node = Node("probe", context=self.context)
        self._executor = SingleThreadedExecutor(context=self.context)
        self._executor.add_node(self.node)

    def wait_for(
        self, condition: Callable[[], bool], *, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        """Spin until ``condition``; call ``meanwhile`` at about 50 Hz; fail at the deadline."""
        deadline = time.monotonic() + DEADLINE_S
        next_call = 0.0
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come true in time"
            if time.monotonic() >= next_call:
                next_call = time.monotonic() + 0.02
                meanwhile()
            self._executor.spin_once(timeout_sec=0.01)

    def close(self) -> None:
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self.context)


@pytest.fixture(scope="session")
def domain_id() -> int:
    """A ROS domain that no other test run is likely to use."""
    return random.SystemRandom().randint(1, 99)


@pytest.fixture(scope="session")
def namespace() -> str:
    """The namespace in which ``start_sim`` starts a robot."""
    return NAMESPACE


@pytest.fixture(scope="session")
def ros_environment(domain_id) -> dict[str, str]:
    """The environment of a process that is to meet the probe."""
    return {
        **os.environ,
        "ROS_DOMAIN_ID": str(domain_id),
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
    }


@pytest.fixture(scope="module")
def probe(domain_id) -> Iterator[Probe]:
    """The tests' own ROS node, one for each file of tests."""
    probe = Probe(domain_id)
    yield probe
    probe.close()


@pytest.fixture(scope="session")
def start_sim(ros_environment):
    """Starts the node ``sim`` in a process, with parameters; ends it after the ``with`` block."""

    @contextmanager
    def start(
        *, namespace: str = NAMESPACE, **parameters: object
    ) -> Iterator[subprocess.Popen[str]]:
        arguments = ["--ros-args", "-r", f"__ns:={namespace}"]
        for name, value in parameters.items():
            arguments += ["-p", f"{name.replace('__', '.')}:={value}"]
        process = subprocess.Popen(
            [sys.executable, "-m", "lanyard_sim.main", *arguments],
            env=ros_environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=DEADLINE_S)

    return start
