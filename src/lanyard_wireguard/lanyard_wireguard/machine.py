"""Asks this machine for its interfaces: `ip` for all of them, `wg` for userspace tunnels.

Starts two short processes; for start-up, never for an event loop.
"""

from __future__ import annotations

import json
import shutil
import subprocess

from lanyard_core.faults import BadConfiguration
from lanyard_wireguard.tunnel import Interface, interfaces_of, tunnel_with

_PATIENCE_S = 10.0
_SYSTEM_FOLDERS = "/usr/sbin:/sbin:/usr/bin:/bin"
"""Where these are on systems that keep them from the PATH of ordinary users."""


def tunnel(address: str) -> Interface:
    """The WireGuard interface of this machine that has ``address``. Raises BadConfiguration."""
    return tunnel_with(address, interfaces())


def interfaces() -> tuple[Interface, ...]:
    """The interfaces of this machine, or of the network namespace that this process is in."""
    told = _ask("ip", "-json", "-details", "address", "show")
    if told is None:
        raise BadConfiguration(
            ["`ip` cannot tell the interfaces of this machine: install it (apt: iproute2)"]
        )
    return interfaces_of(json.loads(told), (_ask("wg", "show", "interfaces") or "").split())


def _ask(program: str, *arguments: str) -> str | None:
    path = shutil.which(program) or shutil.which(program, path=_SYSTEM_FOLDERS)
    if path is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603  a program of the system, with words of ours
            [path, *arguments], capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
