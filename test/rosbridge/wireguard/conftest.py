"""Two network namespaces, a wire between them, and a tunnel that `lanyard wireguard` made.

Needs root (or sudo without a password), wireguard-go, wireguard-tools and iproute2; `make setup`
installs them.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).parent
DEADLINE_S = 30.0
ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]
WIRE = {"robot": "198.51.100.1", "panel": "198.51.100.2"}  # documentation's own (RFC 5737)


def pytest_configure(config: pytest.Config) -> None:
    # The parser that ROS's message packages import uses modules that Python 3.11 calls outdated.
    config.addinivalue_line("filterwarnings", "ignore:module 'sre_:DeprecationWarning")


def run(*words: str) -> str:
    """Run a command as root; what it printed."""
    done = subprocess.run([*ROOT, *words], capture_output=True, text=True, timeout=DEADLINE_S)
    assert done.returncode == 0, f"{words}: {done.stderr or done.stdout}"
    return done.stdout


@dataclass
class Space:
    """A network namespace, with a tunnel's end in it."""

    name: str
    interface: str
    environment: dict[str, str] = field(default_factory=dict)

    def command(self, *words: str) -> list[str]:
        """The command that runs another one in there."""
        # sudo drops the environment; so it is brought along.
        kept = os.environ if ROOT else {}
        told = (f"{name}={value}" for name, value in {**kept, **self.environment}.items())
        return [*ROOT, "ip", "netns", "exec", self.name, "env", *told, *words]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command in there to its end."""
        return subprocess.run(
            self.command(*words), capture_output=True, text=True, timeout=DEADLINE_S
        )

    def start(self, *words: str, log: Path | None = None) -> subprocess.Popen[str]:
        """Start a command in there."""
        pipe = subprocess.PIPE
        with contextlib.ExitStack() as stack:
            out = stack.enter_context(log.open("w")) if log else pipe
            return subprocess.Popen(
                self.command(*words), stdin=pipe, stdout=out, stderr=subprocess.STDOUT, text=True
            )

    def ip(self, *words: str) -> str:
        """Run `ip` on it; what it printed."""
        return run("ip", "-n", self.name, *words)

    def stop(self, *processes: subprocess.Popen[str]) -> None:
        """End what was started in there."""
        for process in processes:
            run("kill", str(process.pid))
        for process in processes:
            process.communicate()

    def reaches(self, host: str, port: int) -> bool:
        """Whether a connection from there to an address gets through."""
        code = f"import socket; socket.create_connection(({host!r}, {port}), 2)"
        return self.run(sys.executable, "-S", "-c", code).returncode == 0

    def remove(self) -> None:
        """End what runs in there, and the namespace with it."""
        pids = subprocess.run(
            [*ROOT, "ip", "netns", "pids", self.name], capture_output=True, text=True
        ).stdout.split()
        if pids:
            subprocess.run([*ROOT, "kill", "-KILL", *pids], capture_output=True)
        subprocess.run([*ROOT, "ip", "netns", "delete", self.name], capture_output=True)
        subprocess.run([*ROOT, "rm", "-f", f"/run/wireguard/{self.interface}.sock"])


@dataclass
class Tunnel:
    """The two ends, and the robot's address in the tunnel."""

    robot: Space
    panel: Space
    address: str
    wires: dict[str, str]
    folder: Path

    @property
    def hub_file(self) -> Path:
        """The robot's configuration."""
        return self.folder / "lanyard0.conf"

    def lanyard(self, *words: str) -> None:
        """Run `lanyard wireguard`."""
        lanyard(*words, "--folder", str(self.folder))


@pytest.fixture(scope="session")
def tunnel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tunnel]:
    """Up until the end of the tests."""
    mark = secrets.token_hex(2)
    domain = {"ROS_DOMAIN_ID": str(1 + secrets.randbelow(99))}
    robot = Space(f"lanyard-{mark}-robot", f"lyr{mark}", domain)
    panel = Space(f"lanyard-{mark}-panel", f"lyp{mark}")
    wires = {"robot": f"vr{mark}", "panel": f"vp{mark}"}
    try:
        lay_wire(robot, panel, wires)
        made = Tunnel(robot, panel, "10.77.0.1", wires, tmp_path_factory.mktemp("wireguard"))
        made.lanyard("init", "robot", "--role", "robot", "--endpoint", WIRE["robot"])
        made.lanyard("add-peer", "panel")
        bring_up(robot, made.hub_file)
        bring_up(panel, made.folder / "peers/panel.conf")
        yield made
    finally:
        robot.remove()
        panel.remove()


def lay_wire(robot: Space, panel: Space, wires: dict[str, str]) -> None:
    """The underlay: a wire from one to the other, as a factory's network would be."""
    for space in (robot, panel):
        run("ip", "netns", "add", space.name)
        space.ip("link", "set", "lo", "up")
    run("ip", "link", "add", wires["robot"], "netns", robot.name, "type", "veth",
        "peer", "name", wires["panel"], "netns", panel.name)  # fmt: skip
    for space, end in ((robot, "robot"), (panel, "panel")):
        space.ip("address", "add", f"{WIRE[end]}/24", "dev", wires[end])
        space.ip("link", "set", wires[end], "up")


def lanyard(*words: str) -> None:
    """Run `lanyard wireguard`."""
    command = [sys.executable, "-m", "lanyard_client.cli.main", "wireguard", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S)
    assert done.returncode == 0, done.stderr


def bring_up(space: Space, configuration: Path) -> None:
    """Bring a configuration up as an operator would."""
    # The file's name is the interface's; tunnels of all namespaces share a folder of sockets.
    file = configuration.with_name(f"{space.interface}.conf")
    shutil.copy(configuration, file)
    go = "WG_QUICK_USERSPACE_IMPLEMENTATION=wireguard-go"
    up = space.run("env", go, "wg-quick", "up", str(file))
    assert up.returncode == 0, up.stdout + up.stderr


@pytest.fixture
def until() -> Callable[[Callable[[], object], Callable[[], object]], None]:
    """Waits for something to become true; says what there was instead."""

    def wait(condition: Callable[[], object], told: Callable[[], object]) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < deadline, told()
            time.sleep(0.02)

    return wait
