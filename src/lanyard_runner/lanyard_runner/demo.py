"""``make demo``: the nodes of demo.launch.xml with a key, a URL and an orderly end.

Starts, waits until all is up, says how to use it, and on Ctrl-C, SIGTERM, a closed terminal or the
end of any node stops control first (it brings the robot to rest), then the rest. Leaves no process
and no shared-memory file behind. Runs in the main thread and starts no other.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import yaml
from ament_index_python.packages import get_package_prefix, get_package_share_directory

from lanyard_core.faults import BadConfiguration
from lanyard_runner import fastdds_files
from lanyard_runner.announcement import Announcement, failure_line, write_ready_file
from lanyard_runner.claims import claim_domain, claim_folder
from lanyard_runner.command import Command, commands_for
from lanyard_runner.demo_fleet import demo_robots, gateway_parameters, node_parameters
from lanyard_runner.demo_policy import write_demo_policy
from lanyard_runner.demo_settings import HOST, DemoSettings, read_settings
from lanyard_runner.development_key import renew_development_key
from lanyard_runner.environment import demo_environment
from lanyard_runner.output import LinePrinter
from lanyard_runner.plan import plan_nodes
from lanyard_runner.readiness import Readiness, look, rosbridge_url_of
from lanyard_runner.stop_order import StopOrder
from lanyard_runner.stop_request import StopRequest, stop_signals
from lanyard_runner.substitutions import Surroundings
from lanyard_runner.supervisor import Supervisor

STOP_FIRST = "control"
STOP_PATIENCE_S = 5.0
READY_WITHIN_S = 60.0  # for each robot
PROGRESS_EVERY_S = 3.0
EXIT_FAILURE = 1
EXIT_BAD_CONFIGURATION = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; the process's exit code: 0 stopped, 1 a node failed, 2 bad configuration."""
    printer = LinePrinter(sys.stdout, colour=sys.stdout.isatty())
    try:
        settings = read_settings(arguments)
        with ExitStack() as stack:
            stop = stack.enter_context(stop_signals())
            stack.enter_context(claim_folder(settings.state_dir))
            stack.enter_context(claim_domain(settings.domain_id))
            stack.enter_context(_clean_shared_memory())
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lanyard-")))
            return Demo(settings, scratch=scratch, printer=printer, stop=stop).run()
    except BadConfiguration as error:
        for problem in error.problems:
            print(f"demo: {problem}", file=sys.stderr)
        return EXIT_BAD_CONFIGURATION


@contextmanager
def _clean_shared_memory() -> Iterator[None]:
    before = fastdds_files.names()
    fastdds_files.remove_leftovers(ours=frozenset())
    try:
        yield
    finally:
        fastdds_files.remove_tracing_files(before=before)


class Demo:
    """One run of the demo."""

    def __init__(
        self, settings: DemoSettings, *, scratch: Path, printer: LinePrinter, stop: StopRequest
    ) -> None:
        self._settings = settings
        self._robots = demo_robots(settings.robots)
        self._scratch = scratch
        self._printer = printer
        self._stop = stop
        self._gateway_file = scratch / "gateway.json"
        self._keys_file = settings.state_dir / "demo_keys.json"
        self._supervisor = Supervisor(printer)

    def run(self) -> int:
        """Start, serve until told to stop, and stop; the exit code."""
        key = renew_development_key(self._keys_file)
        commands = self._commands()
        ours: frozenset[str] = frozenset()
        try:
            for command in commands:
                self._supervisor.start(command)
            url = self._wait_until_ready()
            if url is not None:
                ours = fastdds_files.files_of(self._supervisor.pids().values())
                self._announce(url, key)
                self._serve()
            return self._verdict()
        finally:
            self._end(ours)

    def _commands(self) -> tuple[Command, ...]:
        log_dir = self._settings.state_dir / "log"
        shutil.rmtree(log_dir, ignore_errors=True)  # of the run before
        environment = demo_environment(
            os.environ, domain_id=self._settings.domain_id, log_dir=log_dir
        )
        share = Path(get_package_share_directory("lanyard_bringup"))
        overrides = str(self._overrides(share))
        plans = [
            plan
            for robot in self._robots
            for plan in plan_nodes(
                share / "launch" / "demo.launch.xml",
                arguments={"overrides": overrides, **robot.launch_arguments()},
                surroundings=Surroundings(environment, _share_of),
            )
        ]
        return commands_for(
            plans, environment=environment, prefix_of=get_package_prefix, scratch=self._scratch
        )

    def _overrides(self, share: Path) -> Path:
        """A parameter file with what this run sets, beyond config/."""
        policy = self._scratch / "policy.yaml"
        write_demo_policy(share / "config" / "policy.yaml", policy)
        gateway = {
            **gateway_parameters(self._robots),
            "host": HOST,
            "port": self._settings.port,
            "state_dir": str(self._settings.state_dir),
            "keys_file": str(self._keys_file),
            "policy_file": str(policy),
            "ready_file": str(self._gateway_file),
            "rosbridge.enabled": True,
            "rosbridge.listen": True,
            "rosbridge.port": self._settings.rosbridge_port,
        }
        file = self._scratch / "overrides.yaml"
        tasks = {"journal_folder": str(self._settings.state_dir / "tasks")}
        parameters = {"gateway": gateway, "/**/tasks": tasks, **node_parameters(self._robots)}
        content = {name: {"ros__parameters": values} for name, values in parameters.items()}
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        return file

    def _wait_until_ready(self) -> str | None:
        """The gateway's URL; None when told to stop, when a node ended, or when time is up."""
        began = time.monotonic()
        said_at, state = began, Readiness(None, "the nodes")
        while not self._must_stop():
            self._supervisor.pump()
            state = look(self._gateway_file)
            if not state.waiting_for:
                self._printer.plain(f"demo: all is up after {time.monotonic() - began:.1f} s")
                return state.url
            now = time.monotonic()
            if now - began > READY_WITHIN_S * len(self._robots):
                self._printer.plain(
                    f"demo: not up within {now - began:.0f} s, still waiting for"
                    f" {state.waiting_for}: the nodes' messages above say why"
                )
                return None
            if now - said_at > PROGRESS_EVERY_S:
                said_at = now
                self._printer.plain(f"demo: waiting for {state.waiting_for}")
        return None

    def _announce(self, url: str, key: str) -> None:
        pids, rosbridge_url = dict(self._supervisor.pids()), rosbridge_url_of(self._gateway_file)
        robot_ids = [robot.robot_id for robot in self._robots]
        announcement = Announcement(url, robot_ids, key, pids, rosbridge_url)
        self._printer.plain(announcement.text())
        if self._settings.ready_file is not None:
            write_ready_file(self._settings.ready_file, announcement)

    def _serve(self) -> None:
        while not self._must_stop():
            self._supervisor.pump()

    def _must_stop(self) -> bool:
        return bool(self._stop.reason or self._printer.gone or self._supervisor.ended())

    def _verdict(self) -> int:
        """Say why the demo ends; the exit code for it."""
        ended: Mapping[str, int] = self._supervisor.ended()
        for name, code in ended.items():
            self._printer.plain(f"demo: {failure_line(name, code)}")
        if self._stop.reason:
            whom = "robot" if len(self._robots) == 1 else "robots"
            self._printer.plain(f"demo: {self._stop.reason}: stopping the {whom}, then the rest")
            return 0
        return EXIT_FAILURE

    def _end(self, ours: frozenset[str]) -> None:
        ours |= fastdds_files.files_of(self._supervisor.pids().values())
        nodes = self._supervisor.pids()
        first = [name for name in nodes if name.rpartition("/")[2] == STOP_FIRST]
        self._supervisor.stop(StopOrder(first=first, patience_s=STOP_PATIENCE_S))
        if self._settings.ready_file is not None:
            with suppress(OSError):
                self._settings.ready_file.unlink()
        fastdds_files.remove_leftovers(ours=ours)
        self._printer.plain("demo: ended")


def _share_of(package: str) -> Path:
    return Path(get_package_share_directory(package))


if __name__ == "__main__":
    sys.exit(main())
