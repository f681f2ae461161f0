"""Several robots on one gateway node: each hears and says only its own."""

import pytest
from geometry_msgs.msg import TransformStamped
from lanyard_msgs.msg import Heartbeat, SafetyState
from tf2_msgs.msg import TFMessage

from lanyard_gateway.robot.config import Frames, RobotConfig
from lanyard_gateway.robot.fleet import BEAT_PERIOD_S, RobotFleet, Turns
from lanyard_node_support import names, qos

NAMES = ("arm_001", "arm_002")


def config(name, **fields):
    return RobotConfig(robot_id=name, namespace=f"/{name}", offline_after_s=0.5, **fields)


def transform(parent, child, x):
    message = TransformStamped()
    message.header.frame_id = parent
    message.child_frame_id = child
    message.transform.translation.x = x
    return message


@pytest.fixture
def started(graph):
    """Starts a fleet on the graph, and stops it at the end of the test."""
    fleets = []

    def start(configs):
        fleet = RobotFleet(graph.gateway, configs)
        fleets.append(fleet)
        fleet.start()
        return fleet

    yield start
    for fleet in fleets:
        fleet.stop()


@pytest.mark.parametrize("count", [1, 2, 10, 23])
def test_every_robot_has_its_beat_once_a_period_and_never_all_at_once(count):
    turns = Turns(range(count), now=100.0)
    asked = round(10 * BEAT_PERIOD_S / turns.step_s)
    told = [turns.due(100.0 + (n + 0.5) * turns.step_s) for n in range(asked)]
    assert sorted(robot for robots in told for robot in robots) == sorted([*range(count)] * 10)
    assert max(map(len, told)) == -(-count // 10)


def test_a_loop_that_was_held_up_gives_every_robot_its_beat_at_once():
    turns = Turns(range(23), now=100.0)
    turns.due(100.0)
    assert sorted(turns.due(100.0 + 7 * BEAT_PERIOD_S)) == [*range(23)]
    assert turns.due(100.0 + 7 * BEAT_PERIOD_S) == []


async def test_each_robot_is_online_by_its_own_control_node_and_gets_the_beat(
    graph, started, eventually
):
    fleet = started([config(name) for name in NAMES])
    beats = {name: [] for name in NAMES}
    for name in NAMES:
        graph.peer.create_subscription(
            Heartbeat, f"/{name}/{names.HEARTBEAT}", beats[name].append, qos.HEARTBEAT
        )
    state = graph.peer.create_publisher(
        SafetyState, f"/arm_002/{names.SAFETY_STATE}", qos.SAFETY_STATE
    )
    graph.start_peer()
    first, second = (fleet.robots[name] for name in NAMES)
    await eventually(lambda: (state.publish(SafetyState()), second.status().online)[1])
    assert not first.status().online
    await eventually(lambda: all(beats.values()))


@pytest.mark.parametrize("topic", ["/tf", "tf"])
async def test_robots_are_told_apart_by_frame_prefix_or_by_tf_topic(
    graph, started, eventually, topic
):
    is_shared = topic.startswith("/")
    fleet = started(
        [
            config(
                name,
                tf_topic=topic,
                frames=Frames().prefixed(f"{name}/" if is_shared else ""),
            )
            for name in NAMES
        ]
    )
    publishers = [
        graph.peer.create_publisher(TFMessage, names.resolve(f"/{name}", topic), qos.TF)
        for name in NAMES
    ]
    graph.start_peer()

    def poses():
        for x, (name, publisher) in enumerate(zip(NAMES, publishers, strict=True)):
            prefix = f"{name}/" if is_shared else ""
            message = transform("map", f"{prefix}base_link", float(x))
            publisher.publish(TFMessage(transforms=[message]))
        found = [fleet.robots[name].status().pose for name in NAMES]
        return found if all(found) else None

    first, second = await eventually(poses)
    assert (first.frame_id, first.position[0]) == ("map", 0.0)
    assert (second.frame_id, second.position[0]) == ("map", 1.0)
