"""The real processes: what demo.launch.xml starts (tasks left out), a client and an observer.

The nodes get the parameters of config/ and nothing else but a free port, so that the figures are
those of a robot as it is delivered.
"""

from __future__ import annotations

import os
import random
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import yaml
from ament_index_python.packages import get_package_prefix, get_package_share_directory

from fault_campaign import priority
from fault_campaign.causes import Victim
from fault_campaign.person import Person
from fault_campaign.process import Process
from fault_campaign.sight import NotSeenError, Sight
from lanyard_core.faults import BadConfiguration
from lanyard_runner import fastdds_files
from lanyard_runner.claims import claim_domain
from lanyard_runner.command import Command, commands_for
from lanyard_runner.development_key import renew_development_key
from lanyard_runner.environment import demo_environment
from lanyard_runner.plan import plan_nodes
from lanyard_runner.readiness import look
from lanyard_runner.substitutions import Surroundings

ROBOT_ID = "arm-001"
NAMESPACE = "/arm_001"
HOST = "127.0.0.1"
LEFT_OUT = frozenset({"tasks"})
UP_WITHIN_S = 60.0
_LOOK_EVERY_S = 0.02

Alteration = Callable[[Command], "Command | None"]
"""What becomes of a node's command; None leaves the node out."""


class Stack:
    """Processes, what the observer sees of them, and the person who drives."""

    def __init__(self, folder: Path, *, domain_id: int, alter: Alteration) -> None:
        self._gateway_file = folder / "gateway.json"
        self._gateway_file.unlink(missing_ok=True)  # of a run before
        self._port = _free_port()
        environment = demo_environment(_outer(), domain_id=domain_id, log_dir=folder / "ros")
        commands = map(alter, self._commands(folder, environment))
        self.nodes = {
            command.name: Process(
                command.name, command.arguments, command.environment, folder / command.name
            )
            for command in commands
            if command is not None
        }
        self._observer = Process(
            "observer",
            (*_module("observer"), "--ros-args", "-r", f"__ns:={NAMESPACE}"),
            environment,
            folder / "observer",
            talks=True,
        )
        self._client = Process(
            "client",
            (*_module("teleop"), f"http://{HOST}:{self._port}", ROBOT_ID),
            {**environment, "LANYARD_API_KEY": renew_development_key(folder / "keys.json")},
            folder / "client",
            talks=True,
        )
        self.person = Person(self._client)

    def _commands(self, folder: Path, environment: Mapping[str, str]) -> Sequence[Command]:
        gateway = {
            "port": self._port,
            "state_dir": str(folder),
            "keys_file": str(folder / "keys.json"),
            "ready_file": str(self._gateway_file),
        }
        overrides = folder / "overrides.yaml"
        overrides.write_text(yaml.safe_dump({"gateway": {"ros__parameters": gateway}}), "utf-8")
        plans = plan_nodes(
            _share_of("lanyard_bringup") / "launch" / "demo.launch.xml",
            arguments={"overrides": str(overrides)},
            surroundings=Surroundings(environment, _share_of),
        )
        return commands_for(
            [plan for plan in plans if plan.name not in LEFT_OUT],
            environment=environment,
            prefix_of=get_package_prefix,
            scratch=folder,
        )

    def start(self) -> None:
        """Start everything; returns when the robot is seen and heard, and a client is there."""
        for process in (*self.nodes.values(), self._observer):
            process.start()
        self.sight = Sight(self._observer.output)
        self.wait_for_gateway()
        self.person.begin()
        self.sight.wait_for(
            lambda: self.sight.motion and self.sight.state is not None,
            what="the base and the control node, by the observer",
            within_s=UP_WITHIN_S,
        )
        # A base does not share a processor with the robot's computer.
        priority.favour(self.nodes["sim"].pid, priority=priority.BASE)

    def victim(self, victim: Victim) -> Process | None:
        """The process of a victim; None when it was left out from the start."""
        return self._client if victim is Victim.CLIENT else self.nodes.get(victim.value)

    @property
    def watched(self) -> bool:
        """Whether a watchdog was started with the rest."""
        return Victim.WATCHDOG.value in self.nodes

    def start_again(self, victim: Victim) -> None:
        """Start a process that has ended, or do nothing when it was left out from the start."""
        process = self.victim(victim)
        if process is None:
            return
        process.reap()
        if victim is Victim.CLIENT:
            self.person.begin()
            return
        if victim is Victim.GATEWAY:
            self._gateway_file.unlink(missing_ok=True)
        process.start()

    def wait_for_gateway(self) -> None:
        """Wait until the gateway serves and hears the robot."""
        end = time.monotonic() + UP_WITHIN_S
        while waiting_for := look(self._gateway_file).waiting_for:
            for process in self.nodes.values():
                if not process.runs:
                    raise NotSeenError(f"{process.name} has ended:\n{process.last_words()}")
            if time.monotonic() > end:
                raise NotSeenError(f"not within {UP_WITHIN_S:g} s: {waiting_for}")
            time.sleep(_LOOK_EVERY_S)

    def stop(self) -> None:
        """End everything, the client first and the observer last."""
        order = ("gateway", "control", "watchdog", "sim")
        nodes = [self.nodes[name] for name in order if name in self.nodes]
        for process in (self._client, *nodes, self._observer):
            process.end()


@contextmanager
def running_stack(folder: Path, *, alter: Alteration = lambda command: command) -> Iterator[Stack]:
    """The whole stack, up and at rest, for the ``with`` block; files and logs go to ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as claims:
        domain_id = _claim_a_domain(claims)
        stack = Stack(folder, domain_id=domain_id, alter=alter)
        try:
            stack.start()
            yield stack
        finally:
            stack.stop()
            fastdds_files.remove_leftovers(ours=frozenset())


def configuration() -> dict[str, Path]:
    """The parameter file of each node, as demo.launch.xml gives it."""
    config = _share_of("lanyard_bringup") / "config"
    robot, gateway = config / "robot.yaml", config / "gateway.yaml"
    return {"control": robot, "watchdog": robot, "sim": robot, "gateway": gateway}


def _claim_a_domain(claims: ExitStack) -> int:
    """A ROS domain that no other robot on this machine has claimed."""
    for domain_id in random.SystemRandom().sample(range(1, 100), 99):
        with suppress(BadConfiguration):
            claims.enter_context(claim_domain(domain_id))
            return domain_id
    raise NotSeenError("every ROS domain is in use on this machine")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _outer() -> dict[str, str]:
    """Our environment, in which the campaign's own processes find the campaign."""
    path = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))}


def _module(name: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"fault_campaign.{name}")


def _share_of(package: str) -> Path:
    return Path(get_package_share_directory(package))
