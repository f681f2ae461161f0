"""What `make demo` may be told."""

import socket

import pytest

from lanyard_core.faults import BadConfiguration
from lanyard_runner.demo_settings import read_settings


def problems_of(*arguments):
    with pytest.raises(BadConfiguration) as caught:
        read_settings(arguments)
    return caught.value.problems


def test_zero_asks_for_any_free_port():
    settings = read_settings(["--port", "0", "--rosbridge-port", "0"])
    assert (settings.port, settings.rosbridge_port) == (0, 0)


def test_folders_become_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = read_settings(["--port", "0", "--state-dir", "s", "--ready-file", "r.json"])
    assert settings.state_dir == tmp_path / "s"
    assert settings.ready_file == tmp_path / "r.json"


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "8080.5", "", "٣"])
def test_a_port_that_is_none_is_refused(port):
    assert problems_of(f"--port={port}") == (
        f"PORT must be a whole number from 0 to 65535, not {port!r}",
    )


@pytest.mark.parametrize("domain_id", ["102", "-1", "abc"])
def test_a_domain_id_that_is_none_is_refused(domain_id):
    (problem,) = problems_of(f"--domain-id={domain_id}", "--port=0")
    assert problem == f"DOMAIN_ID must be a whole number from 0 to 101, not {domain_id!r}"


@pytest.mark.parametrize("robots", ["0", "10", "-1", "arm-001"])
def test_a_fleet_that_cannot_be_is_refused(robots):
    (problem,) = problems_of(f"--robots={robots}", "--port=0")
    assert problem == f"ROBOTS must be a whole number from 1 to 9, not {robots!r}"


def test_one_port_for_two_is_refused():
    (problem,) = problems_of("--port=8099", "--rosbridge-port=8099")
    assert "give each its own" in problem


def test_a_busy_port_is_refused_with_a_remedy():
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        (problem,) = problems_of(f"--port={port}")
    assert problem.startswith(f"port {port} is in use: stop what uses it, or choose another: PORT=")


def test_a_state_folder_that_is_a_file_is_refused(tmp_path):
    file = tmp_path / "state"
    file.touch()
    assert problems_of("--port=0", f"--state-dir={file}") == (
        f"STATE_DIR={file} is a file: name a folder",
    )


def test_a_ready_file_in_a_folder_that_is_not_there_is_refused(tmp_path):
    (problem,) = problems_of("--port=0", f"--ready-file={tmp_path / 'none' / 'r.json'}")
    assert "name a file in a folder that exists" in problem


def test_every_problem_is_told_at_once():
    assert len(problems_of("--port=x", "--rosbridge-port=y", "--domain-id=z")) == 3
