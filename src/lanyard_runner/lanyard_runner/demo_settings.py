"""What `make demo` may be told, judged before anything is started: every problem, one line each."""

from __future__ import annotations

import argparse
import errno
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lanyard_core.faults import BadConfiguration
from lanyard_runner.demo_fleet import MOST_ROBOTS

HOST = "127.0.0.1"
HIGHEST_PORT = 65535
HIGHEST_DOMAIN_ID = 101
"""Above it, DDS ports reach into those that Linux hands out to anybody."""

_OPTIONS = (
    ("robots", "N", "1", f"how many, up to {MOST_ROBOTS}, with one gateway"),
    ("port", "N", "8080", "port of the gateway; 0: a free one"),
    ("rosbridge-port", "N", "9090", "port of rosbridge; 0: a free one"),
    ("domain-id", "N", "0", "ROS domain"),
    ("state-dir", "FOLDER", ".state", "where keys, tasks and the audit log are kept"),
    ("ready-file", "FILE", "", "is written when all is up: URL, key, robots, pids"),
)


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """Robots, ports (0: a free one), ROS domain, folder of the state, file that says "ready"."""

    robots: int
    port: int
    rosbridge_port: int
    domain_id: int
    state_dir: Path
    ready_file: Path | None


def read_settings(arguments: Sequence[str] | None = None) -> DemoSettings:
    """The settings in command-line ``arguments``. Raises BadConfiguration with every problem."""
    parser = argparse.ArgumentParser(prog="demo", description="Simulated robots, until Ctrl-C.")
    for option, metavar, default, meaning in _OPTIONS:
        parser.add_argument(
            f"--{option}", metavar=metavar, default=default, help=f"{meaning} [{default or 'none'}]"
        )
    given = parser.parse_args(arguments)

    problems: list[str] = []
    settings = DemoSettings(
        robots=_number("ROBOTS", given.robots, MOST_ROBOTS, problems, lowest=1),
        port=_number("PORT", given.port, HIGHEST_PORT, problems),
        rosbridge_port=_number("ROSBRIDGE_PORT", given.rosbridge_port, HIGHEST_PORT, problems),
        domain_id=_number("DOMAIN_ID", given.domain_id, HIGHEST_DOMAIN_ID, problems),
        state_dir=Path(given.state_dir).expanduser().absolute(),
        ready_file=Path(given.ready_file).expanduser().absolute() if given.ready_file else None,
    )
    if settings.port and settings.port == settings.rosbridge_port:
        problems.append(f"PORT and ROSBRIDGE_PORT are both {settings.port}: give each its own")
    _check_folders(settings, given.state_dir, problems)
    if not problems:
        _check_free("PORT", settings.port, problems)
        _check_free("ROSBRIDGE_PORT", settings.rosbridge_port, problems)
    if problems:
        raise BadConfiguration(problems)
    return settings


def _number(name: str, text: str, highest: int, problems: list[str], *, lowest: int = 0) -> int:
    if text.isascii() and text.isdigit() and lowest <= int(text) <= highest:
        return int(text)
    problems.append(f"{name} must be a whole number from {lowest} to {highest}, not {text!r}")
    return lowest


def _check_folders(settings: DemoSettings, state_dir: str, problems: list[str]) -> None:
    if not state_dir.strip():
        problems.append("STATE_DIR is empty: name a folder, such as STATE_DIR=.state")
    elif settings.state_dir.exists() and not settings.state_dir.is_dir():
        problems.append(f"STATE_DIR={state_dir} is a file: name a folder")
    file = settings.ready_file
    if file is not None and (file.is_dir() or not file.parent.is_dir()):
        problems.append(f"READY_FILE={file} cannot be written: name a file in a folder that exists")


def _check_free(name: str, port: int, problems: list[str]) -> None:
    if not port:  # any free one
        return
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                remedy = (
                    f"stop what uses it, or choose another: {name}={port + 1} or {name}=0"
                    " (a free one)"
                )
                problems.append(f"port {port} is in use: {remedy}")
            else:
                problems.append(f"port {port} cannot be used: {error.strerror}: try {name}=0")
