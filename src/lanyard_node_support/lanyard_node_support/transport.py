"""Keeps the DDS traffic of a process off shared memory, which can hold up whoever publishes.

When Fast DDS meets a reader in shared memory it checks the health of the reader's port, and may
wait for that a third of a second inside ``publish``, for every topic of the process
(eProsima/Fast-DDS issue 6535; docs/real-time.md has figures). It happens when processes start or
end, which must not stop a robot. Small messages are as fast over the loopback device, and large
ones too where the system lets a socket hold a whole one: the profiles ask for ``BUFFER_BYTES``.

The middleware reads its settings from the environment when a context is made, so this must be
called before ``rclpy.init``. What an operator has set is left alone, and said.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path, PurePath

from lanyard_node_support.realtime import Setting, Verdict

# The same, before and since version 3 of Fast DDS.
_PROFILES = ("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE")
_BUILTIN = "FASTDDS_BUILTIN_TRANSPORTS"
_RANGE = "ROS_AUTOMATIC_DISCOVERY_RANGE"
_LOCALHOST_ONLY = "ROS_LOCALHOST_ONLY"
_PEERS = "ROS_STATIC_PEERS"
_RMW = "RMW_IMPLEMENTATION"

BUFFER_BYTES = 4 * 1024 * 1024
"""What the profiles let a socket hold: a few images that come piece by piece."""

RECEIVE_LIMIT = Path("/proc/sys/net/core/rmem_max")
"""Where Linux says how much of it a process may have."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether the process keeps off shared memory; ``detail`` says how, or why it does not."""

    kept_off: bool
    detail: str


def choose_transport() -> Setting:
    """Keep this process off shared memory, before ``rclpy.init``; says what became of it."""
    choice = avoid_shared_memory(os.environ)
    verdict = Verdict.APPLIED if choice.kept_off else Verdict.REFUSED
    return Setting("transport", verdict, choice.detail + _shortage(RECEIVE_LIMIT))


def _shortage(limit: Path) -> str:
    """What to do where the system allows smaller buffers; nothing where it allows them."""
    try:
        allowed = int(limit.read_text())
    except (OSError, ValueError):
        return ""
    if allowed >= BUFFER_BYTES:
        return ""
    return (
        f"; the system lets a socket hold {allowed // 1024} KiB, so images and point clouds wait"
        f" to be sent again: sysctl -w net.core.rmem_max={BUFFER_BYTES}"
    )


def avoid_shared_memory(environment: MutableMapping[str, str]) -> Choice:
    """Set ``environment`` (``os.environ``) so that the process's DDS traffic goes over UDP."""
    rmw = environment.get(_RMW, "")
    if rmw and not rmw.startswith("rmw_fastrtps"):
        return Choice(kept_off=True, detail=f"as {rmw} has it")
    folder = resources.files("lanyard_node_support") / "fastdds"
    for name in _PROFILES:
        given = environment.get(name)
        if given and given.startswith(str(folder)):  # chosen by the process that started this one
            return Choice(kept_off=True, detail=f"UDP, by the profile {PurePath(given).name}")
        if given:
            detail = f"{name} is set: see that its profile has no shared memory"
            return Choice(kept_off=False, detail=detail)
    builtin = environment.get(_BUILTIN, "")
    if builtin and not builtin.startswith("UDP"):
        return Choice(kept_off=False, detail=f"{_BUILTIN} is {builtin}: set it to UDPv4")
    this_machine = _this_machine_only(environment)
    if this_machine and environment.get(_PEERS):
        detail = f"{_PEERS} is set and discovery stays on this machine: only one of them can be"
        return Choice(kept_off=False, detail=detail)
    profile = "udp_this_machine.xml" if this_machine else "udp.xml"
    path = str(folder / profile)
    environment.update(dict.fromkeys(_PROFILES, path))
    if this_machine:  # the profile says so now; ROS would add shared memory
        environment.pop(_LOCALHOST_ONLY, None)
        environment[_RANGE] = "SYSTEM_DEFAULT"
    return Choice(kept_off=True, detail=f"UDP, by the profile {profile}")


def _this_machine_only(environment: MutableMapping[str, str]) -> bool:
    return (
        environment.get(_LOCALHOST_ONLY) == "1"
        or environment.get(_RANGE, "").upper() == "LOCALHOST"
    )
