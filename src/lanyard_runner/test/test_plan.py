"""From launch files to the list of nodes."""

from pathlib import Path

import pytest

from lanyard_core.faults import BadConfiguration
from lanyard_runner.plan import Parameter, plan_nodes
from lanyard_runner.substitutions import Surroundings

NODE = '<node pkg="p" exec="e" name="{}"/>'


def plan(body, *, others=None, **arguments):
    files = {"main.xml": f"<launch>{body}</launch>"}
    files |= {name: f"<launch>{text}</launch>" for name, text in (others or {}).items()}

    def read_text(path):
        if path.name not in files:
            raise FileNotFoundError(2, "No such file or directory")
        return files[path.name]

    return plan_nodes(
        Path("main.xml"),
        arguments=arguments,
        surroundings=Surroundings({}, lambda package: Path("/share") / package),
        read_text=read_text,
    )


def problems_of(body, **more):
    with pytest.raises(BadConfiguration) as caught:
        plan(body, **more)
    return caught.value.problems


def test_a_node_has_its_package_executable_name_and_the_root_namespace():
    (node,) = plan('<node pkg="p" exec="e" name="n"/>')
    assert (node.package, node.executable, node.full_name) == ("p", "e", "/n")


def test_parameters_keep_their_order():
    (node,) = plan(
        '<node pkg="p" exec="e" name="n"><param from="/a.yaml"/>'
        '<param name="x" value="1"/><param from="/b.yaml"/></node>'
    )
    assert node.parameters == (Path("/a.yaml"), Parameter("x", "1"), Path("/b.yaml"))


def test_remappings_and_environment_are_taken_over():
    (node,) = plan(
        '<node pkg="p" exec="e" name="n"><remap from="odom" to="wheel/odom"/>'
        '<env name="A" value="$(var a)"/></node><arg name="b" default="1"/>'.replace(
            "$(var a)", "1"
        )
    )
    assert node.remappings == (("odom", "wheel/odom"),)
    assert node.environment == (("A", "1"),)


def test_a_namespace_holds_to_the_end_of_its_group():
    nodes = plan(
        '<group><push_ros_namespace namespace="arm_001"/>'
        + NODE.format("a")
        + '<group><push_ros_namespace namespace="deep"/>'
        + NODE.format("b")
        + "</group></group>"
        + NODE.format("c")
    )
    assert [node.full_name for node in nodes] == ["/arm_001/a", "/arm_001/deep/b", "/c"]


def test_a_nodes_own_namespace_is_below_its_groups_unless_it_is_absolute():
    nodes = plan(
        '<group><push_ros_namespace namespace="/r"/>'
        '<node pkg="p" exec="e" name="a" namespace="x"/>'
        '<node pkg="p" exec="e" name="b" namespace="/y"/></group>'
    )
    assert [node.namespace for node in nodes] == ["/r/x", "/y"]


def test_an_argument_has_its_default_until_it_is_given():
    body = '<arg name="who" default="n"/><node pkg="p" exec="e" name="$(var who)"/>'
    assert plan(body)[0].name == "n"
    assert plan(body, who="m")[0].name == "m"


def test_an_argument_without_default_must_be_given():
    assert problems_of('\n<arg name="who"/>') == (
        "main.xml:2: argument 'who' has no default: give who:=value",
    )


def test_an_argument_that_the_file_does_not_declare_is_refused():
    assert problems_of('<arg name="port" default="1"/>', prot="2") == (
        "main.xml: main.xml has no argument 'prot'; it has: port",
    )


def test_a_variable_set_in_a_group_is_unset_after_it():
    (problem,) = problems_of(
        '<group><let name="x" value="1"/></group><let name="y" value="$(var x)"/>'
    )
    assert "there is no variable 'x'" in problem


@pytest.mark.parametrize(
    ("condition", "starts"),
    [
        ('if="true"', True),
        ('if="1"', True),
        ('if="False"', False),
        ('unless="true"', False),
        ('unless="0"', True),
        ('if="$(var yes)"', True),
    ],
)
def test_conditions_decide_whether_a_node_starts(condition, starts):
    body = f'<let name="yes" value="true"/><node pkg="p" exec="e" name="n" {condition}/>'
    assert bool(plan(body)) is starts


def test_a_condition_that_is_neither_true_nor_false_is_refused():
    (problem,) = problems_of('<node pkg="p" exec="e" name="n" if="maybe"/>')
    assert "if='maybe' must be true or false" in problem


def test_an_included_file_gets_the_arguments_that_it_declares():
    (node,) = plan(
        '<include file="other.xml"><arg name="who" value="m"/></include>',
        others={"other.xml": '<arg name="who" default="n"/>' + NODE.format("$(var who)")},
    )
    assert node.name == "m"


def test_an_argument_that_an_included_file_does_not_declare_is_refused():
    (problem,) = problems_of(
        '<include file="other.xml"><arg name="whom" value="m"/></include>',
        others={"other.xml": '<arg name="who" default="n"/>'},
    )
    assert "other.xml has no argument 'whom'" in problem


def test_an_included_file_that_is_missing_is_told_with_the_place_that_includes_it():
    (problem,) = problems_of('\n<include file="none.xml"/>')
    assert problem == "main.xml:2: cannot read none.xml: No such file or directory"


def test_files_that_include_one_another_are_refused():
    (problem,) = problems_of('<include file="main.xml"/>')
    assert "in a circle" in problem


def test_two_nodes_of_one_name_are_refused():
    (problem,) = problems_of(NODE.format("n") + "\n" + NODE.format("n"))
    assert problem.startswith("main.xml:2: the name 'n' is taken by main.xml:1")


def test_every_problem_is_told_at_once():
    assert len(problems_of('<let name="x" value="$(var a)"/><let name="y" value="$(var b)"/>')) == 2
