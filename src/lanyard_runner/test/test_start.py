"""Starting a launch file without launch_ros."""

import sys

import pytest

from lanyard_runner import start
from lanyard_runner.command import Command


@pytest.fixture
def commands(monkeypatch):
    """What the launch file asks for, instead of nodes."""
    wanted = []
    monkeypatch.setattr(start, "_commands", lambda *_: wanted)

    def want(name, code):
        wanted.append(Command(name, (sys.executable, "-S", "-c", code), {}))

    return want


def test_a_node_that_refuses_to_start_gives_its_exit_code_to_the_whole(commands, capsys):
    commands("bridge", "import sys; print('no tunnel'); sys.exit(2)")
    assert start.main(["rosbridge.launch.xml"]) == 2
    told = capsys.readouterr().out
    assert "bridge | no tunnel" in told
    assert "bridge ended with code 2" in told


def test_when_one_node_ends_the_others_are_stopped(commands):
    commands("waiting", "import time; time.sleep(60)")
    commands("ending", "")
    assert start.main(["rosbridge.launch.xml"]) == start.EXIT_FAILURE


def test_a_request_to_end_is_no_failure(commands):
    commands("asking", "import os, signal, time; os.kill(os.getppid(), 15); time.sleep(60)")
    assert start.main(["rosbridge.launch.xml"]) == 0


def test_an_argument_needs_a_name_and_a_value(capsys):
    assert start.main(["rosbridge.launch.xml", "address=10.77.0.1"]) == 2
    assert "'address=10.77.0.1' is no argument: write name:=value" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["no-such.launch.xml"], "one of: demo.launch.xml, robot.launch.xml, rosbridge.launch.xml"),
        (["rosbridge.launch.xml"], "argument 'address' has no default: give address:=value"),
        (["rosbridge.launch.xml", "address:=10.0.0.1", "server:=x"], "rosbridge/x.launch.xml"),
    ],
)
def test_a_file_that_cannot_be_planned_is_told(capsys, arguments, why):
    assert start.main(arguments) == 2
    assert why in capsys.readouterr().err
