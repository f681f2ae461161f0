"""The robots that the demo simulates: arm-001, and as many more as were asked for.

Several robots share ``/tf``, so each has frames of its own then, ``arm_002/base_link`` and the
like; one alone has the frames that robots have. Pure: no files, no processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_ROBOTS = 9
SPACING_M = 2.0
"""How far apart the robots start, side by side."""

Parameters = dict[str, object]


@dataclass(frozen=True, slots=True)
class DemoRobot:
    """One robot: its number, from 1 on."""

    number: int

    @property
    def robot_id(self) -> str:
        """As the gateway calls it, such as ``arm-001``."""
        return f"arm-{self.number:03d}"

    @property
    def namespace(self) -> str:
        """As ROS calls it, such as ``arm_001``."""
        return f"arm_{self.number:03d}"

    def launch_arguments(self) -> dict[str, str]:
        """What the demo's launch file is told for it: the first robot brings the gateway along."""
        return {"namespace": self.namespace, "with_gateway": str(self.number == 1).lower()}

    def node_parameters(self) -> dict[str, Parameters]:
        """Parameters of its nodes, by full name, when it is not the only one."""
        prefix = f"{self.namespace}/"
        return {
            f"/{prefix}control": {
                "base_frame": f"{prefix}base_link",
                "odom_frame": f"{prefix}odom",
            },
            f"/{prefix}sim": {
                "frame_prefix": prefix,
                "start.y_m": -SPACING_M * (self.number - 1),
            },
        }


def demo_robots(count: int) -> tuple[DemoRobot, ...]:
    """That many robots."""
    return tuple(DemoRobot(number) for number in range(1, count + 1))


def gateway_parameters(robots: Sequence[DemoRobot]) -> Parameters:
    """What the gateway has to know of them."""
    served = [f"{robot.robot_id}=/{robot.namespace}" for robot in robots]
    if len(robots) == 1:
        return {"robots": served}
    return {"robots": served, "tf.frame_prefix": "{name}/"}


def node_parameters(robots: Sequence[DemoRobot]) -> dict[str, Parameters]:
    """What their nodes have to know of each other: nothing, when there is one."""
    if len(robots) == 1:
        return {}
    return {
        name: parameters for robot in robots for name, parameters in robot.node_parameters().items()
    }
