"""The launch files at the root: the nodes they start, and the parameters that they give them."""

from __future__ import annotations

import os
import pathlib

import pytest
import yaml

from lanyard_core.faults import BadConfiguration
from lanyard_runner.plan import plan_nodes
from lanyard_runner.substitutions import Surroundings

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROBOT = {"/arm_001/control", "/arm_001/watchdog", "/arm_001/tasks", "/gateway"}


def plan(name, **arguments):
    return plan_nodes(
        ROOT / "launch" / name,
        arguments=arguments,
        surroundings=Surroundings(os.environ, {"lanyard_bringup": ROOT}.__getitem__),
    )


def declared():
    """Dotted names of the parameters that are declared, by node name."""
    return {
        node: set(dotted(parameters, is_leaf=lambda value: "type" in value))
        for path in ROOT.glob("src/*/**/parameters.yaml")
        for node, parameters in yaml.safe_load(path.read_text()).items()
    }


def dotted(mapping, *, is_leaf, before=""):
    for name, value in mapping.items():
        if isinstance(value, dict) and not is_leaf(value):
            yield from dotted(value, is_leaf=is_leaf, before=f"{before}{name}.")
        else:
            yield before + name


def configured():
    """Every block of a parameter file in config/: file, node key, its parameters."""
    for path in (ROOT / "config" / name for name in ("gateway.yaml", "robot.yaml")):
        for key, block in yaml.safe_load(path.read_text()).items():
            yield pytest.param(key, block["ros__parameters"], id=f"{path.name}:{key}")


def test_the_robot_is_control_watchdog_and_tasks_in_its_namespace_and_the_gateway_at_the_root():
    assert {node.full_name for node in plan("robot.launch.xml")} == ROBOT


def test_the_demo_is_the_robot_and_its_simulation():
    assert {node.full_name for node in plan("demo.launch.xml")} == {*ROBOT, "/arm_001/sim"}


def test_another_namespace_moves_all_nodes_of_the_robot_but_not_the_gateway():
    names = {node.full_name for node in plan("demo.launch.xml", namespace="amr_7")}
    inside = ("control", "watchdog", "tasks", "sim")
    assert names == {*(f"/amr_7/{name}" for name in inside), "/gateway"}


def test_a_robot_that_another_ones_gateway_serves_brings_none():
    nodes = plan("demo.launch.xml", namespace="arm_002", with_gateway="false")
    assert {node.namespace for node in nodes} == {"/arm_002"}
    assert "gateway" not in {node.name for node in nodes}


@pytest.mark.parametrize("file", ["robot.launch.xml", "demo.launch.xml"])
def test_every_node_reads_its_configuration_and_then_the_overrides(file):
    for node in plan(file, overrides="/tmp/mine.yaml"):
        config = "gateway.yaml" if node.name == "gateway" else "robot.yaml"
        assert node.parameters == (ROOT / "config" / config, pathlib.Path("/tmp/mine.yaml"))


@pytest.mark.parametrize("file", ["robot.launch.xml", "demo.launch.xml"])
def test_every_parameter_file_that_is_named_exists(file):
    assert all(path.is_file() for node in plan(file) for path in node.parameters)


def test_an_argument_that_is_not_there_is_refused():
    with pytest.raises(BadConfiguration, match="has no argument 'prot'"):
        plan("robot.launch.xml", prot="1")


@pytest.mark.parametrize(("key", "parameters"), list(configured()))
def test_every_configured_parameter_is_one_that_the_node_declares(key, parameters):
    node = key.rpartition("/")[2]
    given = set(dotted(parameters, is_leaf=lambda _value: False))
    assert given <= declared()[node]


@pytest.mark.parametrize(("key", "parameters"), list(configured()))
def test_a_block_of_parameters_is_for_a_node_that_is_started(key, parameters):
    assert parameters
    names = {node.full_name for node in plan("demo.launch.xml")}
    wanted = f"/{key}" if not key.startswith("/") else key.replace("/**", "/arm_001")
    assert wanted in names


def test_rosbridge_is_one_node_of_ours_behind_wireguard_and_no_file_can_change_that():
    (node,) = plan("rosbridge.launch.xml", address="10.77.0.1", config="/tmp/mine.yaml")
    assert (node.full_name, node.package, node.executable) == (
        "/rosbridge", "lanyard_rosbridge", "server",
    )  # fmt: skip
    first, *later = node.parameters
    assert first == pathlib.Path("/tmp/mine.yaml")
    given = {parameter.name: yaml.safe_load(parameter.value or "''") for parameter in later}
    assert given == {
        "host": "10.77.0.1", "port": 9090, "policy_file": "", "wireguard_only": True,
    }  # fmt: skip


def test_the_upstream_suite_is_two_nodes_that_look_at_the_address_first():
    nodes = plan("rosbridge.launch.xml", address="::", server="rosbridge_suite", port="9191")
    assert [node.full_name for node in nodes] == ["/rosbridge_websocket", "/rosapi"]
    for node in nodes:
        assert (node.package, node.executable) == ("lanyard_rosbridge", "suite")
        given = {each.name: yaml.safe_load(each.value or "''") for each in node.parameters[1:]}
        assert given == {"part": node.name, "host": "::", "port": 9191, "policy_file": ""}


def test_every_parameter_of_rosbridges_file_is_one_that_the_node_declares():
    blocks = yaml.safe_load((ROOT / "config/rosbridge.yaml").read_text())
    assert set(blocks) == {"rosbridge", "/rosbridge_websocket", "/rosapi"}
    for name, block in blocks.items():
        node = "rosbridge" if name == "rosbridge" else "suite"
        assert set(block["ros__parameters"]) <= declared()[node]
