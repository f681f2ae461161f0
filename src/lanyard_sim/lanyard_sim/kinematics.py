"""Forward kinematics: from joint positions to the frames of the arm. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from lanyard_sim.geometry import FrameTransform, Transform, turn_about
from lanyard_sim.model import BASE_LINK, FLANGE_TO_TOOL, JOINTS, TOOL


def arm_frames(positions: Sequence[float]) -> tuple[FrameTransform, ...]:
    """base_link → link_1 … link_6 → tool0 at joint ``positions`` in rad, each in its parent."""
    frames = []
    parent = BASE_LINK
    for joint, position in zip(JOINTS, positions):
        pose = Transform(joint.origin, turn_about(joint.axis, position))
        frames.append(FrameTransform(parent, joint.link, pose))
        parent = joint.link
    frames.append(FrameTransform(parent, TOOL, FLANGE_TO_TOOL))
    return tuple(frames)


def tool_pose(positions: Sequence[float]) -> Transform:
    """The pose of tool0 in base_link for joint ``positions`` in rad."""
    pose = Transform()
    for frame in arm_frames(positions):
        pose = pose.then(frame.transform)
    return pose
