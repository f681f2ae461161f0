"""The body of the simulated robot: its frames, joints, limits and where the camera sits. Data only.

A cart with a six-joint arm on its front half. All joints at zero: the arm stands straight up. Joint
1 turns about the vertical, 2 and 3 lift, 4 rolls the forearm, 5 bends the wrist, 6 rolls the tool.
``tool0`` points out of the flange along its z axis, as REP-199 has it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lanyard_core.rotation import Vector3
from lanyard_sim.geometry import Y_AXIS, Z_AXIS, FrameTransform, Transform

MAP = "map"
ODOM = "odom"
BASE_LINK = "base_link"
TOOL = "tool0"
CAMERA_LINK = "camera_link"
CAMERA_OPTICAL = "camera_optical_frame"


@dataclass(frozen=True, slots=True)
class Joint:
    """One joint of the arm: it carries ``link`` and turns about ``axis``.

    ``origin`` is the joint's place in the link before it, in metres; ``lower`` and ``upper`` are in
    rad, ``max_speed`` in rad/s, ``friction`` in N·m·s/rad (the effort that a speed costs).
    """

    name: str
    link: str
    origin: Vector3
    axis: Vector3
    lower: float
    upper: float
    max_speed: float
    friction: float


JOINTS: tuple[Joint, ...] = (
    Joint("joint_1", "link_1", (0.15, 0.0, 0.35), Z_AXIS, -3.1, 3.1, 1.5, 8.0),
    Joint("joint_2", "link_2", (0.0, 0.0, 0.15), Y_AXIS, -2.0, 2.0, 1.5, 12.0),
    Joint("joint_3", "link_3", (0.0, 0.0, 0.40), Y_AXIS, -2.6, 2.6, 1.5, 9.0),
    Joint("joint_4", "link_4", (0.0, 0.0, 0.20), Z_AXIS, -3.1, 3.1, 2.5, 3.0),
    Joint("joint_5", "link_5", (0.0, 0.0, 0.20), Y_AXIS, -2.1, 2.1, 2.5, 2.0),
    Joint("joint_6", "link_6", (0.0, 0.0, 0.08), Z_AXIS, -6.2, 6.2, 3.0, 1.0),
)
JOINT_NAMES: tuple[str, ...] = tuple(joint.name for joint in JOINTS)

FLANGE_TO_TOOL = Transform((0.0, 0.0, 0.06))

CAMERA_MOUNT = FrameTransform(BASE_LINK, CAMERA_LINK, Transform((0.30, 0.0, 0.30)))
# REP-103: an optical frame looks along z, with x to the right and y down.
CAMERA_OPTICS = FrameTransform(
    CAMERA_LINK, CAMERA_OPTICAL, Transform(rotation=(-0.5, 0.5, -0.5, 0.5))
)

CAMERA_WIDTH_PX = 1280
CAMERA_HEIGHT_PX = 720
CAMERA_VIEW_ANGLE_RAD = math.radians(69.0)
