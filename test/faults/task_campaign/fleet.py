"""The real processes: several simulated robots, one gateway or two, a PostgreSQL server or none."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ament_index_python.packages import get_package_prefix

from fault_campaign.process import Process
from lanyard_core.faults import BadConfiguration
from lanyard_gateway.testing.postgresql import ScratchServer
from lanyard_runner import fastdds_files
from lanyard_runner.claims import claim_domain
from lanyard_runner.development_key import renew_development_key
from lanyard_runner.environment import demo_environment
from lanyard_runner.readiness import look

EXAMPLE = Path(__file__).parents[2] / "example_package"
ROBOT_NODES = ("sim", "control", "tasks")
UP_WITHIN_S = 60.0

# A machine that runs all this and is killed at random is no real-time computer.
_PATIENT = {
    "control": (
        "loop_rate_hz:=100.0", "late_tick_s:=0.01", "late_ticks:=5", "command_gap_s:=0.5",
        "odometry_timeout_s:=0.5", "tf_timeout_s:=1.0", "joint_state_timeout_s:=0.5",
    ),
    "sim": (),
}  # fmt: skip
_GATEWAY = ("port:=0", 'tf.frame_prefix:="{name}/"', "robot_lost_s:=60.0", "audit.enabled:=false")

Alteration = Callable[[Sequence[str]], Sequence[str]]
"""What becomes of the command of a task server."""


class Fleet:
    """Processes by name: ``gateway-1``, ``arm-001/tasks`` and so on."""

    def __init__(
        self,
        folder: Path,
        *,
        robots: int,
        gateways: int,
        domain_id: int,
        database: ScratchServer | None,
        alter: Alteration,
    ) -> None:
        self.robots = [f"arm-{number:03}" for number in range(1, robots + 1)]
        self.gateways = [f"gateway-{number}" for number in range(1, gateways + 1)]
        self.book = folder / "book.jsonl"
        self.database = database
        self._folder = folder
        self._keys = folder / "keys.json"
        self.key = renew_development_key(self._keys)
        self._environment = demo_environment(
            _with_example(folder) | {"LANYARD_EXAMPLE_BOOK": str(self.book)},
            domain_id=domain_id,
            log_dir=folder / "ros",
        )
        self.processes = {name: self._gateway(name) for name in self.gateways}
        for robot in self.robots:
            for node in ROBOT_NODES:
                command = self._node(robot, node)
                command = alter(command) if node == "tasks" else command
                self.processes[f"{robot}/{node}"] = self._process(f"{robot}-{node}", command)

    def start(self) -> None:
        """Start everything; returns when every robot is ready."""
        for process in self.processes.values():
            process.start()
        self.wait_until_up()

    def start_again(self, name: str) -> None:
        """Start a process that has ended."""
        self.processes[name].reap()
        if name in self.gateways:
            self._ready_file(name).unlink(missing_ok=True)
        self.processes[name].start()

    def kill(self, names: Sequence[str]) -> None:
        """End processes as a crash would, all at once."""
        for name in names:
            if self.processes[name].runs:
                self.processes[name].signal(signal.SIGKILL)
        for name in names:
            self.processes[name].reap()

    def wait_until_up(self) -> None:
        """Wait until every gateway serves and hears every robot.

        A gateway that finds no database ends and says so; it is begun again, as a supervisor does.
        """
        end = time.monotonic() + UP_WITHIN_S
        for name in self.gateways:
            while waiting_for := look(self._ready_file(name)).waiting_for:
                for gateway in self.gateways if self.database is not None else ():
                    if not self.processes[gateway].runs:
                        self.start_again(gateway)
                self.require_alive()
                if time.monotonic() > end:
                    raise TimeoutError(f"{name}: not within {UP_WITHIN_S:g} s: {waiting_for}")
                time.sleep(0.05)

    def require_alive(self) -> None:
        """Raise RuntimeError when a process has ended that should run."""
        for name, process in self.processes.items():
            if not process.runs:
                raise RuntimeError(f"{name} has ended:\n{process.last_words()}")

    def url(self, name: str) -> str | None:
        """Where a gateway listens; None while it does not."""
        with suppress(OSError, ValueError, KeyError):
            return str(json.loads(self._ready_file(name).read_text("utf-8"))["url"])
        return None

    def stop(self) -> None:
        """End everything."""
        for process in self.processes.values():
            process.end()

    def _ready_file(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _gateway(self, name: str) -> Process:
        robots = ", ".join(f'"{robot}=/{robot.replace("-", "_")}"' for robot in self.robots)
        parameters = [
            *_GATEWAY, f"robots:=[{robots}]", f"keys_file:={self._keys}",
            f"state_dir:={self._folder / 'state'}", f"ready_file:={self._ready_file(name)}",
        ]  # fmt: skip
        if self.database is not None:
            parameters.append(f"database_url:={self._database_url}")
        return self._process(name, [_executable("gateway"), "--ros-args", *_given(parameters)])

    @property
    def _database_url(self) -> str:
        file = self._folder / "database_url"
        if not file.exists():
            assert self.database is not None
            file.write_text(self.database.new_database(), "utf-8")
        return file.read_text("utf-8")

    def _node(self, robot: str, node: str) -> list[str]:
        parameters = _PATIENT.get(node, (f"journal_folder:={self._folder / 'journals'}",))
        namespace = f"__ns:=/{robot.replace('-', '_')}"
        return [_executable(node), "--ros-args", "-r", namespace, *_given(parameters)]

    def _process(self, name: str, command: Sequence[str]) -> Process:
        return Process(name, command, self._environment, self._folder / name)


@contextmanager
def running_fleet(
    folder: Path,
    *,
    robots: int,
    gateways: int = 1,
    postgresql: bool = False,
    alter: Alteration = lambda command: command,
) -> Iterator[Fleet]:
    """The fleet, up and at rest, for the ``with`` block; files and logs go to ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        domain_id = _claim_a_domain(stack)
        database = stack.enter_context(ScratchServer()) if postgresql else None
        fleet = Fleet(
            folder,
            robots=robots,
            gateways=gateways,
            domain_id=domain_id,
            database=database,
            alter=alter,
        )
        try:
            fleet.start()
            yield fleet
        finally:
            fleet.stop()
            fastdds_files.remove_leftovers(ours=frozenset())


def _with_example(folder: Path) -> dict[str, str]:
    """Our environment, in which the package with the task type ``stamp`` is found."""
    site = folder / "site"
    site.mkdir(exist_ok=True)
    build = [sys.executable, "setup.py", "-q", "egg_info", "--egg-base", str(site)]
    subprocess.run(build, cwd=EXAMPLE, check=True)
    ours = str(Path(__file__).parents[1])
    path = [str(site), str(EXAMPLE), ours, os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))}


def _claim_a_domain(claims: ExitStack) -> int:
    for domain_id in random.SystemRandom().sample(range(1, 100), 99):
        with suppress(BadConfiguration):
            claims.enter_context(claim_domain(domain_id))
            return domain_id
    raise RuntimeError("every ROS domain is in use on this machine")


def _executable(node: str) -> str:
    return str(Path(get_package_prefix(f"lanyard_{node}")) / "lib" / f"lanyard_{node}" / node)


def _given(parameters: Sequence[str]) -> list[str]:
    return [word for parameter in parameters for word in ("-p", parameter)]
