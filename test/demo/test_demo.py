"""`make demo`, for real: its processes, a robot that answers, and an end that leaves nothing."""

from __future__ import annotations

import os
import pathlib
import signal
import stat
import subprocess
import sys

import httpx
import pytest

from lanyard_runner import fastdds_files

NODES = {"control", "watchdog", "tasks", "sim", "gateway"}


@pytest.fixture(scope="module")
def demo(start_demo, tmp_path_factory):
    """One that is up, for tests that only look."""
    demo = start_demo(tmp_path_factory.mktemp("demo"))
    yield demo
    demo.signal(signal.SIGTERM)
    demo.wait()


def second(*arguments):
    """The result of another demo that must not start."""
    return subprocess.run(
        [sys.executable, "-m", "lanyard_runner.demo", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_ready_file_says_where_everything_is(demo):
    names = {"url", "rosbridge_url", "robot_id", "robot_ids", "api_key", "pids"}
    assert set(demo.ready) == names
    assert demo.ready["url"].startswith("http://127.0.0.1:")
    assert demo.ready["rosbridge_url"].startswith("ws://127.0.0.1:")
    assert demo.ready["robot_id"] == "arm-001"
    assert demo.ready["robot_ids"] == ["arm-001"]
    assert set(demo.pids) == NODES


def test_the_ready_file_is_for_its_owner_alone(demo):
    assert stat.S_IMODE(demo.ready_file.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", sorted(NODES))
def test_every_pid_is_that_of_the_node_itself(demo, name):
    command = pathlib.Path(f"/proc/{demo.pids[name]}/cmdline").read_bytes().decode()
    package = "control" if name == "watchdog" else name
    assert f"/lib/lanyard_{package}/{name}" in command
    assert f"__node:={name}" in command


def test_the_robot_answers_with_the_key_that_was_printed(demo):
    answer = httpx.get(
        f"{demo.ready['url']}/robots/{demo.ready['robot_id']}/status",
        headers={"Authorization": f"Bearer {demo.ready['api_key']}"},
    )
    assert answer.status_code == 200
    assert answer.json()["online"] is True


def test_the_screen_shows_url_robot_key_and_a_line_to_paste(demo):
    for part in (demo.ready["url"], "arm-001", demo.ready["api_key"], "curl -H 'Authorization"):
        assert part in demo.output


def test_the_nodes_are_on_the_domain_that_was_asked_for(demo):
    for pid in demo.pids.values():
        environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        assert f"ROS_DOMAIN_ID={demo.domain_id}".encode() in environment


def test_a_busy_port_is_told_in_one_line(demo):
    port = demo.ready["url"].rpartition(":")[2]
    result = second(f"--port={port}")
    assert result.returncode == 2
    assert result.stderr == (
        f"demo: port {port} is in use: stop what uses it, or choose another:"
        f" PORT={int(port) + 1} or PORT=0 (a free one)\n"
    )


def test_a_domain_that_another_demo_uses_is_told_in_one_line(demo, tmp_path):
    result = second("--port=0", f"--domain-id={demo.domain_id}", f"--state-dir={tmp_path}")
    assert result.returncode == 2
    assert result.stderr.startswith(f"demo: DOMAIN_ID={demo.domain_id} is used by another demo")
    assert result.stderr.count("\n") == 1


def test_a_state_folder_that_another_demo_uses_is_told_in_one_line(demo):
    result = second("--port=0", f"--state-dir={demo.state_dir}")
    assert result.returncode == 2
    assert "is used by another demo" in result.stderr
    assert result.stderr.count("\n") == 1


def test_every_wrong_value_is_told_in_a_line_of_its_own():
    result = second("--port=eighty", "--rosbridge-port=-1", "--domain-id=400")
    assert result.returncode == 2
    assert result.stderr.splitlines() == [
        "demo: PORT must be a whole number from 0 to 65535, not 'eighty'",
        "demo: ROSBRIDGE_PORT must be a whole number from 0 to 65535, not '-1'",
        "demo: DOMAIN_ID must be a whole number from 0 to 101, not '400'",
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_when_stopped_control_ends_first_and_nothing_is_left(
    start_demo, eventually, tmp_path, number
):
    demo = start_demo(tmp_path)
    files = fastdds_files.files_of(demo.pids.values())
    demo.signal(number)
    seen = [NODES]
    eventually(lambda: seen.append(demo.alive()) or seen[-1] != NODES)
    assert seen[-1] == NODES - {"control"}
    assert demo.wait() == 0
    assert_nothing_is_left(demo, files)


def test_when_a_node_dies_all_others_are_stopped_and_nothing_is_left(start_demo, tmp_path):
    demo = start_demo(tmp_path)
    files = fastdds_files.files_of(demo.pids.values())
    os.kill(demo.pids["sim"], signal.SIGKILL)
    assert demo.wait() == 1
    assert "demo: sim was ended by SIGKILL" in demo.output
    assert_nothing_is_left(demo, files)


def assert_nothing_is_left(demo, files):
    assert demo.alive() == set()
    assert not demo.ready_file.exists()
    assert files, "the nodes had no shared memory at all: this test looks in the wrong place"
    in_use = fastdds_files.files_of(fastdds_files.all_pids())
    left = {name for name in files & fastdds_files.names() if name.startswith("fastrtps_")}
    assert left <= in_use, "left behind, and used by nobody else"
