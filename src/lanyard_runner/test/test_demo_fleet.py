"""The robots that the demo simulates."""

from lanyard_runner.demo_fleet import demo_robots, gateway_parameters, node_parameters


def test_one_robot_has_the_frames_that_robots_have():
    robots = demo_robots(1)
    assert gateway_parameters(robots) == {"robots": ["arm-001=/arm_001"]}
    assert node_parameters(robots) == {}


def test_the_first_robot_of_several_brings_the_one_gateway():
    arguments = [robot.launch_arguments() for robot in demo_robots(3)]
    assert [each["namespace"] for each in arguments] == ["arm_001", "arm_002", "arm_003"]
    assert [each["with_gateway"] for each in arguments] == ["true", "false", "false"]


def test_several_robots_share_one_tree_of_frames_and_stand_apart():
    robots = demo_robots(2)
    assert gateway_parameters(robots) == {
        "robots": ["arm-001=/arm_001", "arm-002=/arm_002"],
        "tf.frame_prefix": "{name}/",
    }
    parameters = node_parameters(robots)
    assert parameters["/arm_002/control"]["odom_frame"] == "arm_002/odom"
    assert parameters["/arm_002/sim"]["frame_prefix"] == "arm_002/"
    assert parameters["/arm_001/sim"]["start.y_m"] != parameters["/arm_002/sim"]["start.y_m"]
