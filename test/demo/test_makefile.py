"""The front door says what there is, and refuses what there is not."""

from __future__ import annotations

import subprocess

import pytest


@pytest.fixture
def make(root):
    def run(*arguments):
        return subprocess.run(
            ["make", "-C", root, *arguments], capture_output=True, text=True, check=False
        )

    return run


TARGETS = ["demo", "test", "faults", "fuzz", "check", "format", "setup", "clean"]


@pytest.mark.parametrize("target", TARGETS)
def test_help_names_every_target(make, target):
    assert f"make {target} " in make("help").stdout


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_does_something(make, target):
    assert "Nothing to be done" not in (result := make("-n", target)).stdout
    assert result.returncode == 0


def test_fuzz_tries_as_many_frames_as_asked_for_and_takes_its_time(make):
    line = make("-n", "fuzz", "FUZZ_FRAMES=5").stdout
    assert "FUZZ_FRAMES='5'" in line
    assert "--timeout 0" in line


def test_an_unknown_variable_is_refused_and_the_known_ones_are_named(make):
    result = make("-n", "demo", "PROT=8081")
    assert result.returncode != 0
    assert "there is no make variable PROT; there are ROBOTS PORT ROSBRIDGE_PORT" in result.stderr


def test_the_variables_reach_the_demo(make):
    line = make(
        "-n",
        "demo",
        "ROBOTS=2",
        "PORT=0",
        "ROSBRIDGE_PORT=1",
        "DOMAIN_ID=7",
        "STATE_DIR=s",
        "READY_FILE=r",
    ).stdout
    for part in ("--port '0'", "--rosbridge-port '1'", "--domain-id '7'", "--state-dir 's'"):
        assert part in line
    assert "--robots '2'" in line
    assert "--ready-file 'r'" in line
