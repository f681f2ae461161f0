"""The client's half: puts back into samples what their schema told once. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from lanyard_core.stream.plain import Plain


class Assembly:
    """Follows the frames of one telemetry connection."""

    __slots__ = ("_joint_names",)

    def __init__(self) -> None:
        self._joint_names: dict[Plain, Plain] = {}

    def take(self, frame: Mapping[str, Plain]) -> Mapping[str, Plain]:
        """The frame as it would be in JSON; a ``schema`` frame is remembered and given back."""
        if frame.get("t") == "schema":
            self._joint_names[frame.get("robot_id")] = frame.get("joint_names")
            return frame
        joints = frame.get("joint_state")
        if frame.get("t") != "tlm" or not isinstance(joints, Mapping) or "name" in joints:
            return frame
        names = self._joint_names.get(frame.get("robot_id"))
        return {**frame, "joint_state": {"name": names, **joints}}
