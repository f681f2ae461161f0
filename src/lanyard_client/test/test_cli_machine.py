"""What is found on machines of several kinds."""

import resource
import shutil
import types

import pytest

from lanyard_client.cli import machine
from lanyard_core.finding import Grade

MIB = 1024 * 1024


class Machine:
    """A folder that looks like the root of a machine, and what else is asked."""

    def __init__(self, root, monkeypatch):
        self.root = root
        self.environment = {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}
        self._patch = monkeypatch
        self.write("dev/shm/x", "")
        self.shared_memory(free=512, total=1024)
        self.rclpy(there=True)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def shared_memory(self, *, free, total):
        usage = types.SimpleNamespace(free=free * MIB, total=total * MIB)
        self._patch.setattr(shutil, "disk_usage", lambda _: usage)

    def rclpy(self, *, there):
        find = lambda name: object() if there else None  # noqa: E731
        self._patch.setattr(machine.importlib.util, "find_spec", find)

    def look(self, name):
        found = machine.look_at_machine(self.environment, root=self.root)
        (finding,) = [finding for finding in found if finding.name == name]
        assert finding.remedy or finding.grade in (Grade.GOOD, Grade.NOTE), "say what would help"
        return finding


@pytest.fixture
def computer(tmp_path, monkeypatch):
    return Machine(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("governors", "grade"),
    [
        ([], Grade.NOTE),
        (["performance\n"] * 2, Grade.GOOD),
        (["performance\n", "powersave\n"], Grade.WARNING),
    ],
)
def test_processors_that_sleep_are_seen(computer, governors, grade):
    for number, governor in enumerate(governors):
        computer.write(f"sys/devices/system/cpu/cpu{number}/cpufreq/scaling_governor", governor)
    assert computer.look("CPU governor").grade is grade


def test_a_real_time_kernel_is_seen(computer):
    assert "without" in computer.look("kernel").detail
    computer.write("sys/kernel/realtime", "1\n")
    assert computer.look("kernel").grade is Grade.GOOD


def test_little_shared_memory_is_seen(computer):
    assert computer.look("shared memory").detail == "512 of 1024 MiB of /dev/shm are free"
    computer.shared_memory(free=10, total=64)
    assert computer.look("shared memory").grade is Grade.WARNING


def test_a_machine_without_shared_memory_is_seen(computer, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: (_ for _ in ()).throw(OSError(path)))
    assert computer.look("shared memory").detail == "there is no /dev/shm"


@pytest.mark.parametrize(
    ("limit", "grade"),
    [(256, Grade.WARNING), (1024, Grade.GOOD), (resource.RLIM_INFINITY, Grade.GOOD)],
)
def test_a_low_limit_of_open_files_is_seen(computer, monkeypatch, limit, grade):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, limit))
    assert computer.look("open files").grade is grade


def test_one_processor_is_few(computer, monkeypatch):
    monkeypatch.setattr(machine.os, "sched_getaffinity", lambda _: {0})
    assert computer.look("processors").grade is Grade.WARNING


def test_ros_is_there_or_half_there_or_not_needed(computer):
    computer.environment["ROS_DISTRO"] = "jazzy"
    assert "ROS_DISTRO is jazzy" in computer.look("ROS").detail
    computer.rclpy(there=False)
    assert computer.look("ROS").grade is Grade.WARNING
    del computer.environment["ROS_DISTRO"]
    assert computer.look("ROS").grade is Grade.NOTE


@pytest.mark.parametrize(
    ("reach", "there", "grade"),
    [
        ("LOCALHOST", True, Grade.GOOD),
        ("SUBNET", True, Grade.WARNING),
        ("SUBNET", False, Grade.NOTE),
    ],
)
def test_a_robot_that_a_whole_network_can_publish_to_is_seen(computer, reach, there, grade):
    computer.environment["ROS_AUTOMATIC_DISCOVERY_RANGE"] = reach
    computer.rclpy(there=there)
    assert computer.look("ROS discovery").grade is grade


def test_this_machine_can_be_looked_at():
    assert len(machine.look_at_machine({})) == 8
