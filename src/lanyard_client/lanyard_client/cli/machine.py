"""What of this machine helps or hinders, as far as anybody may see it; changes nothing.

What only a node can say (would it get real-time priority?) comes from the nodes' own packages,
through the entry points ``lanyard.checks``.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lanyard_core.finding import Finding, Grade

_ENOUGH_SHARED_MEMORY = 64 * 1024 * 1024
_ENOUGH_FILES = 1024
_ENOUGH_PROCESSORS = 2
_MIB = 1024 * 1024
_GOVERNORS = "devices/system/cpu/cpu*/cpufreq/scaling_governor"


def look_at_machine(environment: Mapping[str, str], *, root: Path = Path("/")) -> list[Finding]:
    """Findings about this machine. ``root`` is where its /sys and /dev are; tests have others."""
    return [
        _software(),
        _processors(),
        _governor(root),
        _kernel(root),
        _shared_memory(root),
        _open_files(),
        _ros(environment),
        _discovery(environment),
    ]


def version_of(package: str) -> str:
    """The version of an installed package; empty when it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _software() -> Finding:
    told = f"lanyard_client {version_of('lanyard_client') or 'of a source folder'}"
    return Finding("software", Grade.NOTE, f"{told}, Python {platform.python_version()}")


def _processors() -> Finding:
    usable = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    detail = f"{usable} usable"
    if usable >= _ENOUGH_PROCESSORS:
        return Finding("processors", Grade.GOOD, detail)
    remedy = "on a robot, give the control node a processor that the gateway does not use"
    return Finding("processors", Grade.WARNING, detail, remedy)


def _governor(root: Path) -> Finding:
    files = sorted((root / "sys").glob(_GOVERNORS))
    found = sorted({text for file in files if (text := _read(file))})
    if not found:
        return Finding("CPU governor", Grade.NOTE, "not to be seen here (a virtual machine?)")
    detail = ", ".join(found)
    if found == ["performance"]:
        return Finding("CPU governor", Grade.GOOD, detail)
    remedy = "on a robot: cpupower frequency-set -g performance; waking a slow core takes time"
    return Finding("CPU governor", Grade.WARNING, detail, remedy)


def _kernel(root: Path) -> Finding:
    is_realtime = _read(root / "sys/kernel/realtime") == "1"
    detail = f"{platform.system()} {platform.release()}"
    if is_realtime:
        return Finding("kernel", Grade.GOOD, f"{detail}, with real-time preemption")
    return Finding("kernel", Grade.NOTE, f"{detail}, without real-time preemption")


def _shared_memory(root: Path) -> Finding:
    try:
        size = shutil.disk_usage(root / "dev/shm")
    except OSError:
        remedy = "on a robot, mount a tmpfs there: ROS hands large messages over in it"
        return Finding("shared memory", Grade.WARNING, "there is no /dev/shm", remedy)
    detail = f"{size.free // _MIB} of {size.total // _MIB} MiB of /dev/shm are free"
    if size.free >= _ENOUGH_SHARED_MEMORY:
        return Finding("shared memory", Grade.GOOD, detail)
    remedy = "on a robot, make it larger (docker run --shm-size=256m), or remove old files there"
    return Finding("shared memory", Grade.WARNING, detail, remedy)


def _open_files() -> Finding:
    if sys.platform == "win32":
        return Finding("open files", Grade.NOTE, "no limit is known here")
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = limit == resource.RLIM_INFINITY
    detail = f"{'any number' if unlimited else limit} at once"
    if unlimited or limit >= _ENOUGH_FILES:
        return Finding("open files", Grade.GOOD, detail)
    remedy = f"a gateway needs one for each connection: ulimit -n {_ENOUGH_FILES} or more"
    return Finding("open files", Grade.WARNING, detail, remedy)


def _ros(environment: Mapping[str, str]) -> Finding:
    is_there = importlib.util.find_spec("rclpy") is not None
    distro = environment.get("ROS_DISTRO")
    if is_there:
        told = f"rclpy can be imported; ROS_DISTRO is {distro or 'not set (wheels from PyPI?)'}"
        return Finding("ROS", Grade.GOOD, told)
    if distro or environment.get("AMENT_PREFIX_PATH"):
        remedy = "source the setup file of the ROS that this Python belongs to"
        return Finding("ROS", Grade.WARNING, "it is sourced, but rclpy cannot be found", remedy)
    return Finding("ROS", Grade.NOTE, "not here; the client and this command need none")


def _discovery(environment: Mapping[str, str]) -> Finding:
    domain = environment.get("ROS_DOMAIN_ID", "0")
    reach = environment.get("ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET")
    detail = f"domain {domain}, range {reach}"
    if importlib.util.find_spec("rclpy") is None:
        return Finding("ROS discovery", Grade.NOTE, detail)
    if reach.upper() in ("LOCALHOST", "OFF"):
        return Finding("ROS discovery", Grade.GOOD, detail)
    remedy = "ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST keeps others from publishing to the robot"
    return Finding("ROS discovery", Grade.WARNING, detail, remedy)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
