"""What the demo says when it is up."""

import json

import pytest

from lanyard_runner.announcement import Announcement, failure_line, write_ready_file


@pytest.fixture
def announcement():
    return Announcement("http://127.0.0.1:8080", ["arm-001"], "lyd_a_b", {"control": 7})


def test_the_text_has_url_robot_key_and_a_line_to_paste(announcement):
    text = announcement.text()
    for part in ("http://127.0.0.1:8080", "arm-001", "lyd_a_b", "curl -H", "Ctrl-C"):
        assert part in text


def test_every_robot_of_a_fleet_is_named():
    fleet = Announcement("http://127.0.0.1:8080", ["arm-001", "arm-002"], "lyd_a_b", {})
    assert "robots   arm-001, arm-002\n" in fleet.text()
    assert json.loads(fleet.json())["robot_ids"] == ["arm-001", "arm-002"]


def test_the_ready_file_is_json_and_for_its_owner_alone(announcement, tmp_path):
    file = tmp_path / "ready.json"
    write_ready_file(file, announcement)
    assert json.loads(file.read_text()) == {
        "url": "http://127.0.0.1:8080",
        "rosbridge_url": None,
        "robot_id": "arm-001",
        "robot_ids": ["arm-001"],
        "api_key": "lyd_a_b",
        "pids": {"control": 7},
    }
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("code", "text"), [(2, "sim ended with code 2"), (-9, "sim was ended by SIGKILL")]
)
def test_a_node_that_ended_is_told_with_its_code_or_signal(code, text):
    assert failure_line("sim", code).startswith(text)
