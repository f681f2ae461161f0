"""The strict reader of launch XML."""

import pytest

from lanyard_core.faults import BadConfiguration
from lanyard_runner.launch_xml import read_launch_text


def problems_of(body):
    with pytest.raises(BadConfiguration) as caught:
        read_launch_text(f"<launch>\n{body}\n</launch>", file="robot.launch.xml")
    return caught.value.problems


def test_tags_keep_their_attributes_children_and_line():
    text = '<launch>\n<node pkg="p" exec="e" name="n"><env name="A" value="1"/></node></launch>'
    (node,) = read_launch_text(text, file="x.launch.xml").children
    assert (node.name, node.attributes["exec"], node.place) == ("node", "e", "x.launch.xml:2")
    assert [child.name for child in node.children] == ["env"]


def test_comments_and_blank_lines_are_allowed():
    assert read_launch_text("<launch>\n<!-- why -->\n\n</launch>", file="x").children == ()


@pytest.mark.parametrize("tag", ["executable", "set_parameter", "nod", "timer", "log"])
def test_a_tag_outside_of_the_subset_is_refused_with_its_place_and_what_is_allowed(tag):
    (problem,) = problems_of(f"<{tag}/>")
    assert problem.startswith(f"robot.launch.xml:2: <{tag}> is not understood inside <launch>")
    assert "<node>" in problem


def test_a_tag_in_the_wrong_place_is_refused():
    (problem,) = problems_of('<param name="a" value="1"/>')
    assert "inside <launch>" in problem
    (problem,) = problems_of('<push_ros_namespace namespace="x"/>')
    assert "inside <launch>" in problem


def test_an_unknown_attribute_is_refused_and_the_known_ones_are_named():
    (problem,) = problems_of('<node pkg="p" exec="e" name="n" respawn="true"/>')
    assert problem.startswith("robot.launch.xml:2: <node> has no attribute respawn here")
    assert "pkg, exec, name" in problem


def test_a_missing_attribute_is_named():
    assert problems_of('<node pkg="p" name="n"/>') == (
        'robot.launch.xml:2: <node> needs exec="..."',
    )


def test_every_problem_is_told_at_once():
    assert len(problems_of('<node pkg="p"/>\n<nod/>\n<let name="x"/>')) == 4


@pytest.mark.parametrize("attributes", ["", 'name="a"', 'from="f" name="a" value="1"', 'value="1"'])
def test_a_param_is_a_file_or_a_name_with_a_value(attributes):
    (problem,) = problems_of(f'<node pkg="p" exec="e" name="n">\n<param {attributes}/>\n</node>')
    assert problem.startswith("robot.launch.xml:3: <param> takes either")


def test_an_output_that_ros_does_not_know_is_refused():
    (problem,) = problems_of('<node pkg="p" exec="e" name="n" output="scren"/>')
    assert "screen, log, both" in problem


def test_text_between_tags_is_refused():
    (problem,) = problems_of("hello")
    assert "remove 'hello'" in problem


def test_broken_xml_is_told_with_its_line():
    with pytest.raises(BadConfiguration) as caught:
        read_launch_text("<launch>\n<node>\n</launch>", file="x.launch.xml")
    assert caught.value.problems == ("x.launch.xml:3: not well-formed XML: mismatched tag",)


def test_the_outermost_tag_must_be_launch():
    with pytest.raises(BadConfiguration, match="a launch file's is <launch>"):
        read_launch_text("<robot/>", file="x.launch.xml")
