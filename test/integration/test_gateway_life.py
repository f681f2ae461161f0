"""How the gateway starts, stops, and comes back; and how it refuses to start."""

import math
import signal
import socket
import subprocess

import pytest

MOVED_M = 0.1


def run_gateway(stack, *parameters, arguments=()):
    command = [stack.executable("gateway"), *arguments, *stack.gateway_command(*parameters)]
    return subprocess.run(
        command, env=stack.env, capture_output=True, text=True, timeout=60, check=False
    )


def complaint(result):
    assert result.returncode == 2, result.stderr
    lines = [line for line in result.stderr.splitlines() if line.startswith("gateway: ")]
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.stderr
    return lines[0]


def test_a_busy_port_is_named_with_a_way_out(own_stack):
    own_stack.make_key("operator")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = complaint(run_gateway(own_stack, f"port:={port}"))
    assert f"{port} on 127.0.0.1 is in use" in line
    assert "-p port:=" in line


def test_without_keys_the_command_that_makes_one_is_told_and_works(own_stack):
    own_stack.state_dir.mkdir()
    line = complaint(run_gateway(own_stack))
    command = line.split("make one: ")[1]
    subprocess.run(command, shell=True, env=own_stack.env, check=True, capture_output=True)
    assert run_gateway(own_stack, arguments=["--check"]).returncode == 0


def test_a_key_file_that_cannot_be_read_is_named(own_stack):
    own_stack.make_key("operator")
    keys = own_stack.state_dir / "keys.json"
    keys.write_text("{")
    assert str(keys) in complaint(run_gateway(own_stack))


@pytest.mark.parametrize(
    ("parameter", "names"),
    [('robots:=["arm-001"]', "arm-001=/arm_001"), ("prot:=80", "did you mean port?")],
)
def test_a_wrong_value_is_named_with_what_to_write(own_stack, parameter, names):
    own_stack.make_key("operator")
    assert names in complaint(run_gateway(own_stack, parameter))


def test_every_problem_is_told_at_once(own_stack):
    result = run_gateway(own_stack, "cancel_wait_s:=soon", "offline_after_s:=0.0")
    assert result.returncode == 2
    assert "cancel_wait_s" in result.stderr
    assert "offline_after_s" in result.stderr


def test_a_parameter_file_that_is_not_there_is_named(own_stack):
    result = run_gateway(own_stack, arguments=["--ros-args", "--params-file", "/no/such/file.yaml"])
    assert "/no/such/file.yaml" in complaint(result)


def test_a_second_gateway_on_the_same_task_store_is_refused(own_stack):
    own_stack.make_key("operator")
    own_stack.start_gateway()
    assert "in use" in complaint(run_gateway(own_stack, "ready_file:=''"))


def test_check_says_that_a_good_configuration_is_good_and_starts_nothing(own_stack):
    own_stack.make_key("operator")
    result = run_gateway(own_stack, arguments=["--check"])
    assert result.returncode == 0
    assert "configuration is good" in result.stdout
    assert not own_stack.ready_file.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_on_a_signal_with_0_and_takes_its_ready_file_away(own_stack, number):
    own_stack.make_key("operator")
    gateway = own_stack.start_gateway()
    gateway.signal(number)
    assert gateway.wait() == 0
    assert not own_stack.ready_file.exists()
    assert "Traceback" not in gateway.text()


def test_without_its_robot_it_starts_and_says_that_the_robot_is_offline(own_stack):
    own_stack.key = own_stack.make_key("operator")
    own_stack.start_gateway()
    status = own_stack.status()
    assert status["online"] is False
    assert status["safety"]["state"] == "unknown"
    with own_stack.client() as client:
        assert client.get("/readyz").json()["ready"]


async def test_stopping_the_gateway_tells_its_driver_and_stops_the_robot(
    own_stack, drive, watch, wait_until
):
    own_stack.start()
    async with drive(own_stack) as driver:
        async with watch(own_stack) as robot:
            await driver.drive(0.2, until=lambda: robot.speed > 0.1, what="the base moves")
        gateway = own_stack.processes["gateway"]
        gateway.signal(signal.SIGTERM)
        await driver.until_closed()
        assert driver.socket.close_code == 1001
        await wait_until(lambda: not gateway.is_running(), "the gateway has ended")
    assert gateway.wait() == 0
    assert "Traceback" not in gateway.text()
    own_stack.start_gateway()
    await wait_until(lambda: own_stack.status()["safety"]["state"] == "safe_stop", "stopped")
    await wait_until(lambda: own_stack.status()["twist"] is not None, "odometry was heard")
    assert own_stack.status()["twist"]["linear"]["x"] == 0.0


async def test_a_gateway_that_dies_leaves_the_robot_stopped(own_stack, watch, client_that_drives,
                                                            wait_until):  # fmt: skip
    own_stack.start()
    async with watch(own_stack) as robot:
        start = robot.position
        client_that_drives(own_stack)
        await wait_until(lambda: math.dist(robot.position, start) > MOVED_M, "the base moved")
        # It may have been stopped since, and begun anew, if the machine held it up.
        await wait_until(lambda: robot.speed > MOVED_M, "the base moves")
    own_stack.processes["gateway"].kill()
    own_stack.ready_file.unlink()
    control = own_stack.processes["control"]
    await wait_until(lambda: "GATEWAY_DEAD" in control.text(), "the control node has noticed")
    own_stack.start_gateway()
    await wait_until(lambda: own_stack.status()["online"], "the robot is online")
    assert own_stack.status()["safety"]["state"] == "safe_stop"


async def test_a_task_goes_on_while_the_gateway_restarts_and_its_end_is_known_after(
    own_stack, wait_until
):
    own_stack.start()
    with own_stack.client() as client:
        body = {"task_type": "wait", "robot_id": "arm-001", "parameters": {"duration_s": 12.0}}
        task_id = client.post("/tasks", json=body).json()["task_id"]
        await wait_until(
            lambda: client.get(f"/tasks/{task_id}").json()["status"] == "running", "running"
        )
    assert own_stack.processes["gateway"].stop() == 0
    own_stack.start_gateway()
    with own_stack.client() as client:
        await wait_until(
            lambda: client.get(f"/tasks/{task_id}").json()["status"] != "running",
            "an end",
            within_s=60.0,
        )
        task = client.get(f"/tasks/{task_id}").json()
    assert task["status"] == "succeeded", task["error"]
    assert task["attempt"] == 1
