"""From planned nodes to command lines."""

from pathlib import Path

import pytest
import yaml

from lanyard_core.faults import BadConfiguration
from lanyard_runner.command import commands_for
from lanyard_runner.plan import NodePlan, Parameter


@pytest.fixture
def prefix(tmp_path):
    executable = tmp_path / "install" / "lib" / "p" / "e"
    executable.parent.mkdir(parents=True)
    executable.touch()
    return tmp_path / "install"


@pytest.fixture
def command_of(prefix, tmp_path):
    def find(package):
        if package != "p":
            raise LookupError(package)
        return str(prefix)

    def make(**fields):
        fields = {"name": "n", "package": "p", "executable": "e", "namespace": "/r"} | fields
        (command,) = commands_for(
            [NodePlan(**fields, place="x.xml:3")],
            environment={"A": "outer", "B": "outer"},
            prefix_of=find,
            scratch=tmp_path,
        )
        return command

    return make


def test_a_node_is_started_with_its_name_and_namespace(command_of, prefix):
    assert command_of().arguments == (
        f"{prefix}/lib/p/e", "--ros-args", "-r", "__node:=n", "-r", "__ns:=/r"
    )  # fmt: skip


def test_a_node_at_the_root_is_told_no_namespace(command_of):
    assert not any("__ns" in argument for argument in command_of(namespace="/").arguments)


def test_nodes_of_one_name_in_two_namespaces_are_called_by_their_full_names(prefix, tmp_path):
    places = [("control", "/arm_001"), ("control", "/arm_002"), ("gateway", "/")]
    commands = commands_for(
        [
            NodePlan(name, "p", "e", namespace, (Parameter("x", namespace),))
            for name, namespace in places
        ],
        environment={},
        prefix_of=lambda _: str(prefix),
        scratch=tmp_path,
    )
    assert [each.name for each in commands] == ["arm_001/control", "arm_002/control", "gateway"]
    files = [Path(each.arguments[-1]).read_text() for each in commands]
    assert ["arm_001" in files[0], "arm_002" in files[1]] == [True, True]


def test_parameter_files_are_handed_on_in_order(command_of, tmp_path):
    files = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for file in files:
        file.touch()
    arguments = command_of(parameters=tuple(files)).arguments
    assert arguments[-4:] == ("--params-file", str(files[0]), "--params-file", str(files[1]))


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1), ("0.5", 0.5), ("true", True), ("a", "a"), ("", ""), ("[1, 2]", [1, 2])],
)
def test_a_single_parameter_is_read_as_yaml_and_given_to_this_node_alone(command_of, text, value):
    file = Path(command_of(parameters=(Parameter("x", text),)).arguments[-1])
    assert yaml.safe_load(file.read_text()) == {"/r/n": {"ros__parameters": {"x": value}}}


def test_remappings_follow_the_name(command_of):
    arguments = command_of(remappings=(("odom", "wheel/odom"),)).arguments
    assert arguments[-2:] == ("-r", "odom:=wheel/odom")


def test_the_nodes_environment_wins_over_the_outer_one(command_of):
    environment = command_of(environment=(("A", "inner"),)).environment
    assert environment == {"A": "inner", "B": "outer"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"package": "q"}, "x.xml:3: package 'q' is not built: try `make setup`"),
        ({"executable": "f"}, "x.xml:3: package 'p' has no executable"),
        (
            {"parameters": (Path("/none.yaml"),)},
            "x.xml:3: parameter file /none.yaml does not exist",
        ),
    ],
)
def test_what_cannot_be_started_is_told_with_its_place(command_of, fields, message):
    with pytest.raises(BadConfiguration) as caught:
        command_of(**fields)
    assert caught.value.problems[0].startswith(message)
