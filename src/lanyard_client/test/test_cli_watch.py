"""What the live table shows of robots, in virtual time."""

import pytest
from rich.console import Console

from lanyard_client.cli.watch import Board
from lanyard_client.telemetry import TelemetryFrame

VALUES = {
    "safety": {"state": "active", "reason": ""},
    "pose": {"position": {"x": 1.0, "y": -2.5}, "orientation": {"z": 0.7071, "w": 0.7071}},
    "twist": {"linear": {"x": 0.25}},
    "battery": {"percent": 81.5},
    "task": {"task_type": "move_to", "phase": "drive", "progress": 0.4},
    "errors": [{"code": "HOT"}],
}


def frame(robot_id="arm-001", *, online=True, **values):
    return TelemetryFrame(robot_id, online, 0.0, 0, {}, VALUES | values)


@pytest.fixture
def shown():
    """The lines of a board at a time, without its heading."""

    def show(board, now):
        console = Console(width=120)
        with console.capture() as capture:
            console.print(board.table(now))
        return [line.split() for line in capture.get().splitlines()[1:]]

    return show


def test_a_robot_is_a_line_with_what_matters(shown):
    board = Board(["arm-001"])
    board.heard(frame(), now=10.0)
    (line,) = shown(board, 10.25)
    assert " ".join(line) == (
        "arm-001 active HOT 1.00 -2.50 90° 0.25 m/s 82 % move_to drive 40% 0.2 s"
    )


def test_robots_that_were_not_heard_yet_have_their_line_too(shown):
    first, second = shown(Board(["a", "b"]), 0.0)
    assert first[:2] == ["a", "connecting"]
    assert second[:2] == ["b", "connecting"]


def test_what_is_not_known_is_a_dash(shown):
    board = Board(["a"])
    board.heard(TelemetryFrame("a", True, 0.0, 0, {}, {"safety": {"state": "ready"}}), now=0.0)
    assert shown(board, 0.0) == [["a", "ready", "-", "-", "-", "-", "-", "-", "0.0", "s"]]


def test_an_offline_robot_is_not_shown_with_its_last_state(shown):
    board = Board(["arm-001"])
    board.heard(frame(online=False), now=0.0)
    assert shown(board, 0.0)[0][1] == "offline"


def test_the_age_grows_when_nothing_comes(shown):
    board = Board(["arm-001"])
    board.heard(frame(), now=0.0)
    assert shown(board, 7.0)[0][-2:] == ["7.0", "s"]
