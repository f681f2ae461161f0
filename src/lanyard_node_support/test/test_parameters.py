"""Requirements of declared parameters on a real node."""

import pytest
import rclpy
from rclpy.context import Context
from rclpy.node import Node
from rclpy.parameter import Parameter

from lanyard_core.faults import BadConfiguration
from lanyard_node_support import parameters
from lanyard_node_support.parameter_schema import parse_declarations

DECLARATIONS = """
watch:
  gap_s:
    type: double
    default_value: 0.1
    unit: s
    description: Longest silence.
    validation:
      bounds<>: [0.04, 0.5]
  frame:
    type: string
    default_value: base_link
    description: Frame of the base.
    read_only: true
"""


@pytest.fixture
def make_node(monkeypatch):
    declarations = parse_declarations(DECLARATIONS, source="test.yaml")
    monkeypatch.setattr(parameters, "load_declarations", lambda package: declarations)
    context = Context()
    rclpy.init(context=context)
    nodes = []

    def make(**overrides):
        given = [Parameter(name, value=value) for name, value in overrides.items()]
        nodes.append(Node("watch", context=context, parameter_overrides=given))
        return nodes[-1]

    yield make
    for node in nodes:
        node.destroy_node()
    rclpy.shutdown(context=context)


def test_defaults_are_read_by_name(make_node):
    declared = parameters.declare(make_node(), package="any")
    assert declared["gap_s"] == 0.1
    assert declared.as_dict() == {"gap_s": 0.1, "frame": "base_link"}


def test_every_problem_is_told_at_once(make_node):
    node = make_node(gap_s=0.0, frame=7, gap_sec=0.2)
    with pytest.raises(BadConfiguration) as caught:
        parameters.declare(node, package="any")
    problems = "\n".join(caught.value.problems)
    assert "watch: gap_s: 0.0 must be between 0.04 and 0.5 (unit: s)" in problems
    assert "watch: frame: must be a text, not 7" in problems
    assert "watch: gap_sec: there is no such parameter; did you mean gap_s?" in problems


def test_a_change_at_run_time_meets_the_same_rules(make_node):
    node = make_node()
    declared = parameters.declare(node, package="any")
    heard = []
    declared.on_change(lambda name, value: heard.append((name, value)))

    refused = node.set_parameters([Parameter("gap_s", value=0.0)])[0]
    accepted = node.set_parameters([Parameter("gap_s", value=0.2)])[0]
    read_only = node.set_parameters([Parameter("frame", value="other")])[0]

    assert not refused.successful
    assert "between 0.04 and 0.5" in refused.reason
    assert accepted.successful
    assert not read_only.successful
    assert heard == [("gap_s", 0.2)]
    assert declared["gap_s"] == 0.2
    assert declared["frame"] == "base_link"
