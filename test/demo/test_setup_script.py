"""`.ci/setup` on machines that miss something: one clear line each, and nothing half-made."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

# What the script uses up to the point where it would install something.
TOOLS = ["bash", "cat", "dirname", "env", "find", "flock", "id", "make", "sha256sum", "uname"]


@pytest.fixture
def bare(root, tmp_path):
    """A copy of the script with a PATH that has hardly anything; runs it, gives its result."""
    copy = tmp_path / "repo"
    shutil.copytree(root / ".ci", copy / ".ci")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found, name
        (tools / name).symlink_to(found)

    def run(**environment):
        clean = {"PATH": str(tools), "HOME": str(tmp_path), "PYTHON": sys.executable}
        result = subprocess.run(
            [copy / ".ci" / "setup"],
            env={**clean, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not (copy / ".venv").exists()
        return result

    run.tools = tools
    return run


@pytest.fixture
def without_ros():
    if any(pathlib.Path("/opt/ros").glob("*/setup.sh")):
        return {"ROS_DISTRO": "jazzy", "AMENT_PREFIX_PATH": "/opt/ros/jazzy"}
    return {}


def only_line(result):
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    return line


def test_a_missing_compiler_is_told_in_one_line_with_the_command_that_installs_it(bare):
    line = only_line(bare())
    assert line.startswith("setup: missing on this machine: cmake g++; install them")
    assert "sudo apt-get install cmake g++" in line


def test_without_the_right_to_install_it_says_what_a_person_must_install(bare):
    for name, text in {"apt-get": "exit 1", "id": "echo 1000", "sudo": "exit 1"}.items():
        fake(bare, name, text)
    assert "sudo apt-get install cmake g++" in only_line(bare())


def test_an_installation_that_fails_is_told(bare):
    for name, text in {"apt-get": "exit 100", "id": "echo 0"}.items():
        fake(bare, name, text)
    result = bare()
    assert "installing what is missing on this machine: cmake g++" in result.stdout
    assert "apt-get could not install cmake g++" in only_line(result)


def test_a_python_that_does_not_do_is_told(bare):
    assert only_line(bare(PYTHON="/none/python")) == (
        "setup: PYTHON=/none/python is no Python 3.10, 3.11, 3.12 or 3.13 that can be run"
    )


def test_no_python_at_all_is_told(bare):
    line = only_line(bare(PYTHON=""))
    assert line.startswith("setup: no Python from 3.10 to 3.13 found: install one")
    assert "make setup PYTHON=" in line


def test_where_there_are_no_wheels_it_says_so_and_names_the_way_out(bare):
    if any(pathlib.Path("/opt/ros").glob("*/setup.sh")):
        return  # a machine with ROS needs no wheels
    fake(bare, "uname", '[ "$1" = -s ] && echo Linux || echo aarch64')
    line = only_line(bare())
    assert "wheels for Linux on x86_64 only, and this is Linux on aarch64" in line
    assert "install ROS 2" in line


def fake(bare, name, text):
    path = bare.tools / name
    path.unlink(missing_ok=True)
    path.write_text(f"#!{shutil.which('bash')}\n{text}\n")
    path.chmod(0o755)


def test_env_without_a_setup_says_what_to_run(root, tmp_path):
    shutil.copytree(root / ".ci", tmp_path / ".ci")
    environment = {key: value for key, value in os.environ.items() if key != "LANYARD_ROOT"}
    result = subprocess.run(
        ["bash", "-c", f". {tmp_path}/.ci/env"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"run 'make setup' in {tmp_path}" in result.stderr


@pytest.mark.parametrize(("given", "then"), [(None, "LOCALHOST"), ("SUBNET", "SUBNET")])
def test_in_its_environment_ros_stays_on_this_machine_unless_told_otherwise(
    root, tmp_path, given, then
):
    (tmp_path / ".ci").mkdir()
    shutil.copy(root / ".ci/env", tmp_path / ".ci/env")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/ros_setup_path").write_text("/dev/null\n")
    environment = {"PATH": os.environ["PATH"], "VIRTUAL_ENV": str(tmp_path / ".venv")}
    if given is not None:
        environment["ROS_AUTOMATIC_DISCOVERY_RANGE"] = given
    told = subprocess.run(
        ["bash", "-c", ". .ci/env && echo $ROS_AUTOMATIC_DISCOVERY_RANGE"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == [then]
