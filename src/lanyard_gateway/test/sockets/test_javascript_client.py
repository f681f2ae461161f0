"""The JavaScript client in Node against the real gateway: drives, stops, watches, connects again.

A scenario is a few lines of JavaScript. What it says with ``say(...)`` the test waits for; what the
test tells it comes out of ``await heard()``.
"""

import asyncio
import json
import os
import statistics
import time
from itertools import pairwise

import pytest

from lanyard_core.access.scopes import Role
from lanyard_core.events.news import EventType, News
from lanyard_core.safety.states import State
from lanyard_dashboard import static_folder
from lanyard_dashboard.testing import node_command

DEADLINE_S = 20.0
PRELUDE = """
import readline from "node:readline";
import { Lanyard } from "MODULE";
const gateway = new Lanyard({ url: process.env.URL, key: process.env.KEY });
const say = (...told) => console.log(JSON.stringify(told));
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const heard = async () => (await lines.next()).value;
const until = async (met) => { while (!met()) await new Promise((go) => setTimeout(go, 10)); };
const end = () => { lines.return(); process.stdin.destroy(); };
""".replace("MODULE", (static_folder() / "lanyard" / "index.js").as_uri())


class Scenario:
    """A JavaScript program that runs against the gateway."""

    def __init__(self, process):
        self._process = process

    async def says(self, *expected):
        """Wait for the next thing that it says; gives what it says besides the expected."""
        line = await asyncio.wait_for(self._process.stdout.readline(), DEADLINE_S)
        assert line, (await self._process.stderr.read()).decode()
        told = json.loads(line)
        assert told[: len(expected)] == list(expected)
        return told[len(expected) :]

    def tell(self, word="go on"):
        self._process.stdin.write(f"{word}\n".encode())

    async def ends(self):
        code = await asyncio.wait_for(self._process.wait(), DEADLINE_S)
        assert code == 0, (await self._process.stderr.read()).decode()


@pytest.fixture
async def scenario(gateway, tmp_path):
    """Starts a scenario."""
    started = []

    async def start(script, role=Role.OPERATOR):
        path = tmp_path / "scenario.mjs"
        path.write_text(PRELUDE + script, encoding="utf-8")
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *node_command(), "--no-warnings", str(path), stdin=pipe, stdout=pipe, stderr=pipe,
            env={**os.environ, "URL": gateway.http_url, "KEY": gateway.keys[role].text},
        )  # fmt: skip
        started.append(process)
        return Scenario(process)

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def moving(robot):
    return [c for c in robot.commands if any(c.twist.linear) or any(c.twist.angular)]


def drop_connections(gateway):
    for connection in tuple(gateway.server.server_state.connections):
        connection.transport.abort()


async def test_a_robot_is_driven_at_50_hz_and_left_at_rest(scenario, robot):
    script = """
        const stream = await gateway.commandStream("arm-001").open();
        stream.drive(0.2, 0.1);
        await stream.hold(1000);
        await until(() => stream.figures.applied > 20);
        say(stream.armed, stream.state.safety.state, stream.figures);
        await stream.close();
        say("closed", stream.armed);
        end();
    """
    running = await scenario(script)
    (figures,) = await running.says(True, "active")
    await running.says("closed", False)
    await running.ends()
    made_s = [command.stamp_unix_s for command in moving(robot)]
    gaps_s = [later - earlier for earlier, later in pairwise(made_s)]
    # The pace, whatever the machine may have held up in between.
    assert statistics.median(gaps_s) == pytest.approx(1 / 50, rel=0.3)
    assert moving(robot)[0].twist.angular == (0.0, 0.0, 0.1)
    assert figures["refused"] == 0
    assert 0 < figures["roundTripMs"] < 1000
    assert not any(robot.commands[-1].twist.linear)
    assert robot.stops == []
    assert robot.released == [1001]


async def test_after_a_lost_connection_nothing_moves_until_armed_and_told_again(
    scenario, gateway, robot, eventually
):
    script = """
        const stream = await gateway.commandStream("arm-001").open();
        stream.drive(0.2);
        await until(() => stream.figures.applied > 5);
        say("driving");
        await until(() => !stream.armed);
        try { stream.drive(0.2); } catch (error) { say("lost", error.name); }
        await until(() => stream.state !== null);
        try { stream.drive(0.2); } catch (error) { say("back", error.name); }
        await heard();
        await stream.arm({ clearSafeStop: true });
        say("armed");
        await heard();
        const before = stream.figures.applied;
        stream.drive(0.2);
        await until(() => stream.figures.applied > before + 5);
        say("moving");
        await stream.close();
        end();
    """
    running = await scenario(script)
    await running.says("driving")
    lost = asyncio.get_running_loop().time()
    drop_connections(gateway)
    await running.says("lost", "NotArmed")
    await eventually(lambda: robot.stops)
    before = len(moving(robot))
    await running.says("back", "NotArmed")
    assert 0.7 < asyncio.get_running_loop().time() - lost < 4.0
    running.tell()
    await running.says("armed")
    await asyncio.sleep(0.2)
    assert len(moving(robot)) == before
    running.tell()
    await running.says("moving")
    assert len(moving(robot)) > before
    await running.ends()


async def test_a_stop_goes_out_at_once_and_the_stream_is_armed_again_only_when_asked(
    scenario, robot
):
    script = """
        const stream = await gateway.commandStream("arm-001").open();
        stream.drive(0.2);
        await stream.hold(200);
        stream.stop("a person stands there");
        await until(() => !stream.armed);
        say("stopped", stream.trouble);
        try { await stream.arm(); } catch (error) { say(error.name); }
        await stream.arm({ clearSafeStop: true });
        say("armed", stream.armed);
        await stream.close();
        end();
    """
    running = await scenario(script)
    assert "stopped by a client" in (await running.says("stopped"))[0]
    assert robot.stops[0][1] == "client_stop: a person stands there"
    await running.says("NotArmed")
    await running.says("armed", True)
    await running.ends()


@pytest.mark.parametrize(
    ("robot_id", "role", "name", "code"),
    [
        ("nobody", Role.OPERATOR, "RequestFailed", "not_found"),
        ("arm-001", Role.VIEWER, "RequestFailed", "forbidden"),
    ],
)
async def test_a_stream_that_cannot_be_had_says_why(scenario, robot_id, role, name, code):
    script = f"""
        const opening = gateway.commandStream("{robot_id}").open();
        await opening.catch((error) => say(error.name, error.code));
        end();
    """
    running = await scenario(script, role)
    await running.says(name, code)
    await running.ends()


async def test_a_robot_that_is_offline_is_no_gateway_that_does_not_answer(scenario, robot):
    robot.becomes(online=False)
    script = """
        await gateway.commandStream("arm-001").open().catch((error) => say(error.code));
        end();
    """
    running = await scenario(script)
    await running.says("robot_offline")
    await running.ends()


async def test_a_robot_that_somebody_else_drives_is_not_taken(scenario, gateway, robot):
    driver = await gateway.teleop()
    await driver.arm()
    script = """
        const opening = gateway.commandStream("arm-001").open();
        await opening.catch((error) => say(error.name, error.holder));
        end();
    """
    running = await scenario(script)
    (holder,) = await running.says("LeaseHeld")
    assert holder == robot.safety.holder
    await running.ends()


async def test_telemetry_goes_on_after_a_lost_connection(scenario, gateway):
    script = """
        let cutAt = Infinity, told = false;
        heard().then((moment) => { cutAt = Number(moment); });
        for await (const sample of gateway.telemetry(["arm-001"], { fields: ["safety"] })) {
          if (!told) say(sample.robot_id, sample.safety.state);
          told = true;
          if (sample.ts_us > cutAt) break;
        }
        say("again");
        end();
    """
    running = await scenario(script)
    await running.says("arm-001", "ready")
    await asyncio.sleep(0.5)
    drop_connections(gateway)
    running.tell(str(time.time_ns() // 1000))  # what was made after that comes over another one
    await running.says("again")
    await running.ends()


async def test_events_go_on_behind_the_last_one_after_a_lost_connection(scenario, gateway):
    hub = gateway.server.config.app.state.context.events
    script = """
        for await (const event of gateway.events({ types: ["task.*"] })) {
          say(event.type, event.task_id);
          if (event.type === "task.succeeded") break;
        }
        end();
    """
    running = await scenario(script)
    first = asyncio.ensure_future(running.says("task.queued", "t-1"))
    while not first.done():  # until somebody listens
        hub.publish(News(EventType.TASK_QUEUED, robot_id="arm-001", task_id="t-1"))
        await asyncio.sleep(0.1)
    await first
    drop_connections(gateway)
    hub.publish(News(EventType.ROBOT_OFFLINE, robot_id="arm-001"))
    hub.publish(News(EventType.TASK_SUCCEEDED, robot_id="arm-001", task_id="t-1"))
    while (told := await running.says())[0] == "task.queued":
        pass
    assert told == ["task.succeeded", "t-1"]
    await running.ends()


async def test_robots_are_asked_for_stopped_and_reset(scenario, robot):
    script = """
        const [found] = await gateway.robots();
        say(found.robot_id, (await gateway.robotStatus(found.robot_id)).online);
        say((await gateway.stop("arm-001", "enough")).safety_state);
        await gateway.reset("arm-001").catch((error) => say(error.code));
        say((await gateway.whoami()).role);
        end();
    """
    running = await scenario(script, Role.MAINTAINER)
    await running.says("arm-001", True)
    await running.says("safe_stop")
    await running.says("maintainer")
    await running.ends()
    assert robot.stops[0][1].endswith("enough")
    assert robot.safety.state is State.IDLE


async def test_a_page_opens_its_sockets_with_tickets(scenario, gateway, robot):
    running = await scenario(
        """
        const offered = [];
        class PageSocket extends WebSocket {
          constructor(url, protocols) {
            super(url, { protocols, headers: { Origin: "https://panel.example.org" } });
            offered.push(...protocols);
          }
        }
        const { URL: url, KEY: key } = process.env;
        const page = new Lanyard({ url, key, WebSocket: PageSocket, tickets: true });
        for await (const sample of page.telemetry(["arm-001"])) break;
        say("watched", offered.join(" "));
        end();
        """
    )
    [offered] = await running.says("watched")
    assert "lanyard.ticket." in offered
    assert gateway.keys[Role.OPERATOR].text not in offered
    await running.ends()
