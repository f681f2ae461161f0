"""The package as pip makes it: whole, and in need of nothing that is not named."""

import configparser
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

SOURCE = pathlib.Path(__file__).parents[1]
CORE = SOURCE.parent / "lanyard_core"
# A computer without ROS and without the gateway: none of this can be imported there.
WITHOUT = """
import importlib, pkgutil, sys
for name in ("rclpy", "fastapi", "starlette", "uvicorn", "sqlalchemy", "lanyard_msgs"):
    sys.modules[name] = None
import lanyard_client, lanyard_core
for module in pkgutil.walk_packages(lanyard_client.__path__, "lanyard_client."):
    importlib.import_module(module.name)
    print(module.name)
print(lanyard_client.__file__, lanyard_core.__file__)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with what would be installed, and what the package says of itself."""
    folder = tmp_path_factory.mktemp("package")
    leave_out = shutil.ignore_patterns("test", "build", "*.egg-info", "__pycache__")
    shutil.copytree(SOURCE, folder / "source", ignore=leave_out)
    command = [sys.executable, "setup.py", "--quiet", "build", "--build-base=..", "egg_info"]
    done = subprocess.run(command, cwd=folder / "source", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def told(built, name):
    return (built / "source" / "lanyard_client.egg-info" / name).read_text(encoding="utf-8")


def test_every_module_is_in_it_and_so_are_its_types(built):
    files = {str(path.relative_to(SOURCE)) for path in SOURCE.glob("lanyard_client/**/*.py")}
    installed = {str(path.relative_to(built / "lib")) for path in built.glob("lib/**/*.*")}
    assert files
    assert files | {"lanyard_client/py.typed"} <= installed


def test_it_brings_the_command(built):
    points = configparser.ConfigParser()
    points.read_string(told(built, "entry_points.txt"))
    assert points["console_scripts"]["lanyard"] == "lanyard_client.cli.main:main"


def test_every_module_can_be_imported_where_there_is_neither_ros_nor_the_gateway(built):
    places = [str(built / "lib"), str(CORE)]
    inside = f"import sys; sys.path[:0] = {places!r}{WITHOUT}"
    done = subprocess.run([sys.executable, "-c", inside], cwd=built, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    *modules, files = done.stdout.splitlines()
    assert "lanyard_client.cli.main" in modules
    assert files.split() == [f"{place}/lanyard_{name}/__init__.py" for place, name in
                             zip(places, ("client", "core"), strict=True)]  # fmt: skip


def test_it_asks_for_no_ros_and_for_what_the_command_line_needs_only_on_request(built):
    always, *extras = re.split(r"\n\[", "\n" + told(built, "requires.txt"))
    by_extra = dict(extra.split("]\n", 1) for extra in extras)
    assert names(always) == {"lanyard_core", "cryptography", "httpx", "websockets"}
    assert names(by_extra["cli"]) == {"rich", "typer"}


def names(requirements):
    return {re.split(r"\W", line, maxsplit=1)[0] for line in requirements.split()}
