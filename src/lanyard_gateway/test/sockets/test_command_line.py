"""The command line against the real gateway: driving at a terminal, watching, probing, looking."""

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
import termios
import time

import pytest
from waiting import eventually

from lanyard_client.cli.keys import ASK, DISABLE, ENABLE
from lanyard_client.cli.main import main
from lanyard_core.access.scopes import Role
from lanyard_core.events.news import EventType, News
from lanyard_core.safety.states import State

DEADLINE_S = 20.0
REPEAT_S = 0.04
W_PRESSED, W_RELEASED = b"\x1b[119;1:1u", b"\x1b[119;1:3u"


def environment_of(gateway, role=Role.OPERATOR):
    return {
        **os.environ,
        "LANYARD_URL": gateway.http_url,
        "LANYARD_KEY": gateway.keys[role].text,
        "TERM": "xterm-256color",
        "COLUMNS": "100",
    }


class Terminal:
    """A terminal with ``lanyard drive`` in it, and somebody who presses its keys."""

    def __init__(self, gateway, *arguments):
        self.master, slave = pty.openpty()
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.screen = b""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lanyard_client.cli.main", "drive", *arguments],
            stdin=slave, stdout=slave, stderr=slave, env=environment_of(gateway),
        )  # fmt: skip
        asyncio.get_running_loop().add_reader(self.master, self._read)

    def _read(self):
        try:
            self.screen += os.read(self.master, 65536)
        except OSError:
            asyncio.get_running_loop().remove_reader(self.master)

    def press(self, keys):
        os.write(self.master, keys)

    async def hold(self, key, until):
        """A plain terminal repeats a key while it is held."""
        deadline = time.monotonic() + DEADLINE_S
        while not until():
            assert time.monotonic() < deadline, self.screen[-2000:]
            self.press(key)
            await asyncio.sleep(REPEAT_S)

    async def until(self, condition):
        await eventually(condition, told=lambda: self.screen[-2000:])

    async def shows(self, text):
        await self.until(lambda: text.encode() in self.screen)

    async def exit_code(self):
        await self.until(lambda: self.process.poll() is not None)
        return self.process.returncode

    def hang_up(self):
        asyncio.get_running_loop().remove_reader(self.master)
        os.close(self.master)
        self.master = None

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.master is not None:
            self.hang_up()
        os.close(self.slave)


@pytest.fixture
async def terminal(gateway):
    """Starts one ``lanyard drive`` and waits until the robot is armed."""
    started = []

    async def start(*arguments):
        started.append(Terminal(gateway, *arguments))
        await started[0].shows("any other key")
        return started[0]

    yield start
    for made in started:
        made.close()


def is_moving(robot):
    return bool(robot.commands) and any(robot.commands[-1].twist.linear)


async def test_the_robot_moves_while_a_key_is_held_and_rests_when_it_is_let_go(terminal, robot):
    at = await terminal("--linear", "0.6")
    await at.hold(b"w", until=lambda: is_moving(robot))
    assert robot.commands[-1].twist.linear[0] == pytest.approx(0.3)
    await at.until(lambda: not is_moving(robot))
    at.press(b"x")
    assert await at.exit_code() == 0
    assert robot.stops == []
    assert robot.safety.state is State.IDLE


async def test_space_stops_the_robot_and_r_lets_it_go_on(terminal, robot):
    at = await terminal()
    await at.hold(b"w", until=lambda: is_moving(robot))
    at.press(b" ")
    await at.until(lambda: robot.stops)
    await at.shows("not armed: press r")
    at.press(b"w")
    await asyncio.sleep(0.2)
    assert not is_moving(robot)
    at.press(b"r")
    await at.until(lambda: robot.safety.state is State.ACTIVE)
    await at.hold(b"w", until=lambda: is_moving(robot))


async def test_a_terminal_that_can_report_releases_is_asked_to_and_left_as_it_was(terminal, robot):
    at = await terminal()
    await at.shows(ASK)
    at.press(b"\x1b[?0u")
    await at.shows(ENABLE)
    at.press(W_PRESSED)
    await at.until(lambda: is_moving(robot))
    at.press(W_RELEASED)
    await at.until(lambda: not is_moving(robot))
    at.press(b"\x1b[99;5u")  # Ctrl-C, which is a key like any other there
    assert await at.exit_code() == 0
    await at.shows(DISABLE)
    assert termios.tcgetattr(at.slave) == at.before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_whatever_ends_the_program_brings_the_robot_to_rest_first(terminal, robot, number):
    at = await terminal()
    await at.hold(b"w", until=lambda: is_moving(robot))
    at.process.send_signal(number)
    assert await at.exit_code() == 0
    assert not is_moving(robot)
    assert robot.stops == []


async def test_a_terminal_that_goes_away_takes_the_motion_with_it(terminal, robot):
    at = await terminal()
    await at.hold(b"w", until=lambda: is_moving(robot))
    at.hang_up()
    await at.until(lambda: not is_moving(robot))
    await at.exit_code()


async def test_driving_a_robot_that_is_stopped_names_the_way_out(gateway, robot, terminal):
    robot.becomes(State.SAFE_STOP)
    at = Terminal(gateway)
    try:
        assert await at.exit_code() == 1
        await at.shows("--clear-stop")
    finally:
        at.close()
    await terminal("--clear-stop")
    assert robot.safety.state is State.ACTIVE


@pytest.fixture
def lanyard(gateway, capsys, monkeypatch):
    """Runs a command in a thread; its exit code and what it printed."""

    async def run(*arguments, role=Role.OPERATOR):
        for name, value in environment_of(gateway, role).items():
            monkeypatch.setenv(name, value)
        code = await asyncio.to_thread(main, arguments)
        printed = capsys.readouterr()
        assert gateway.keys[role].text not in printed.out + printed.err
        return code, printed.out, printed.err

    return run


async def test_a_probe_measures_requests_telemetry_and_acknowledgements(lanyard, robot):
    code, out, _ = await lanyard("probe", "--json", "--max-ack-ms", "1000", "--max-rest-ms", "9000")
    told = json.loads(out)
    checks = {check["name"]: check for check in told["checks"]}
    assert (code, told["good"]) == (0, True), out
    assert checks["WS acknowledgement"]["count"] >= 50
    assert 0 < checks["WS command round trip"]["p50_ms"] < 1000
    assert robot.safety.state is State.IDLE
    assert robot.stops == []
    assert robot.released == [1001]


async def test_a_probe_fails_when_acknowledgements_are_late(lanyard, robot):
    robot.ack_delay_s = 0.03
    code, out, _ = await lanyard("probe", "--ws", "--max-ack-ms", "10")
    assert code == 1
    assert "later than 10 ms" in out
    assert "REST" not in out


async def test_a_probe_disturbs_nobody_who_drives(lanyard, gateway, robot):
    driver = await gateway.teleop()
    await driver.arm()
    code, out, _ = await lanyard("probe", "--ws", "--json")
    assert code == 0, out
    assert "commands the robot: acknowledgements were not measured" in out
    assert robot.safety.state is State.ACTIVE


async def test_a_probe_with_a_key_that_may_not_drive_says_so(lanyard):
    code, out, _ = await lanyard("probe", "--ws", role=Role.VIEWER)
    assert code == 1
    assert "forbidden" in out


async def test_watching_as_json_gives_a_line_for_each_sample(lanyard):
    code, out, _ = await lanyard("watch", "--json", "--count", "3", "--rate", "20")
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, len(lines)) == (0, 3)
    assert all(line["robot_id"] == "arm-001" for line in lines)
    assert [line["safety"]["state"] for line in lines] == ["ready"] * 3


async def test_events_are_lines_for_people_or_programs(lanyard, gateway):
    hub = gateway.server.config.app.state.context.events
    error = {"code": "stuck", "message": "it is stuck"}
    news = News(EventType.TASK_FAILED, robot_id="arm-001", task_id="t-1", data={"error": error})
    hub.publish(news)
    wanted = ("events", "--since", "0" * 26, "--type", "task.*", "--count", "2")
    code, out, _ = await lanyard(*wanted)
    gap, failed = out.splitlines()
    assert code == 0
    assert "events are missing here: some" in gap
    assert failed.endswith("task.failed           arm-001    t-1  message it is stuck, code stuck")
    _, out, _ = await lanyard(*wanted, "--json")
    assert json.loads(out.splitlines()[1])["data"] == {"error": error}


async def test_a_robot_that_cannot_be_watched_is_named(lanyard):
    code, _, err = await lanyard("watch", "nobody", "--json")
    assert code == 4
    assert "nobody" in err


async def test_a_doctor_looks_at_every_step_to_the_gateway(lanyard):
    code, out, _ = await lanyard("doctor", "--json")
    found = {finding["name"]: finding for finding in json.loads(out)["findings"]}
    wanted = {"encryption", "gateway", "readiness", "key", "robots", "clock"}
    assert wanted <= found.keys()
    assert found["key"]["detail"].endswith("role operator, may drive")
    assert found["clock"]["grade"] == "good"
    assert code in (0, 1)


async def test_a_doctor_finds_a_key_that_is_not_known(lanyard, monkeypatch, capsys, gateway):
    monkeypatch.setitem(gateway.keys, Role.ADMIN, type(gateway.keys[Role.ADMIN])("lyd_x", None))
    code, out, _ = await lanyard("doctor", role=Role.ADMIN)
    assert code == 1
    assert "unauthenticated" in out
    assert "lanyard keys create" in out
