"""Transforms between any two frames, from the newest one to each; and what is worth telling again.

Transforms are plain values as ``geometry_msgs/TransformStamped`` has them. Pure; one thread.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lanyard_core.faults import BadInput
from lanyard_core.rotation import (
    NO_ROTATION,
    ORIGIN,
    Quaternion,
    Vector3,
    inverse,
    moved,
    product,
    rotated,
)
from lanyard_rosbridge.protocol.fields import Fields

MAX_FRAMES = 2000
MAX_CHAIN = 100
MAX_WANTED = 200


@dataclass(frozen=True, slots=True)
class Motion:
    """A rotation and then a translation, in metres."""

    translation: Vector3 = ORIGIN
    rotation: Quaternion = NO_ROTATION

    def after(self, first: Motion) -> Motion:
        """``first``, and then this one."""
        turned = rotated(first.translation, self.rotation)
        return Motion(moved(self.translation, turned), product(self.rotation, first.rotation))

    def undone(self) -> Motion:
        """What takes it back."""
        back = inverse(self.rotation)
        x, y, z = rotated(self.translation, back)
        return Motion((-x, -y, -z), back)

    def is_near(self, other: Motion, *, metres: float, radians: float) -> bool:
        """Whether the two differ by no more than that."""
        distance = math.dist(self.translation, other.translation)
        dot = abs(sum(a * b for a, b in zip(self.rotation, other.rotation)))
        return distance <= metres and 2.0 * math.acos(min(1.0, dot)) <= radians


class FrameTree:
    """The newest transform to each frame."""

    def __init__(self) -> None:
        self._parents: dict[str, tuple[str, Motion, Any]] = {}

    def put(self, transforms: Iterable[Mapping[str, Any]]) -> None:
        """Take transforms in."""
        for each in transforms:
            child = _plain(each["child_frame_id"])
            if child not in self._parents and len(self._parents) >= MAX_FRAMES:
                continue
            header, at = each["header"], each["transform"]["translation"]
            turned = each["transform"]["rotation"]
            motion = Motion(
                (at["x"], at["y"], at["z"]),
                (turned["x"], turned["y"], turned["z"], turned["w"]),
            )
            self._parents[child] = (_plain(header["frame_id"]), motion, header["stamp"])

    def lookup(self, target: str, source: str) -> tuple[Motion, Any] | None:
        """The pose of ``source`` in ``target`` and its stamp; None when nothing joins the two."""
        to_source, to_target = self._ancestors(source), self._ancestors(target)
        for frame, (up_source, stamp) in to_source.items():
            if frame in to_target:
                return to_target[frame][0].undone().after(up_source), stamp
        return None

    def _ancestors(self, frame: str) -> dict[str, tuple[Motion, Any]]:
        """The pose of ``frame`` in itself and in each of its ancestors, nearest first."""
        frame = _plain(frame)
        pose, stamp = Motion(), {"sec": 0, "nanosec": 0}
        found: dict[str, tuple[Motion, Any]] = {frame: (pose, stamp)}
        for _ in range(MAX_CHAIN):
            link = self._parents.get(frame)
            if link is None or link[0] in found:
                break
            frame, pose, stamp = link[0], link[1].after(pose), link[2]
            found[frame] = (pose, stamp)
        return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a web page wants of tf. Angles in rad, distances in m."""

    sources: tuple[str, ...]
    target: str
    radians: float
    metres: float
    period_s: float


def read_wanted(args: object) -> Wanted:
    """The goal of ``tf2_web_republisher``. Raises BadInput."""
    if not isinstance(args, Mapping):
        raise BadInput("TFSubscription: must be an object")
    fields = Fields("TFSubscription", args)
    frames = fields.value("source_frames")
    if not isinstance(frames, list) or not all(isinstance(frame, str) for frame in frames):
        raise BadInput("TFSubscription: source_frames must be a list of names")
    if len(frames) > MAX_WANTED:
        raise BadInput(f"TFSubscription: {MAX_WANTED} frames at most")
    return Wanted(
        tuple(frames),
        fields.text("target_frame"),
        radians=fields.number("angular_thres", 0.1, low=0.0, high=10.0),
        metres=fields.number("trans_thres", 0.001, low=0.0, high=1e6),
        period_s=1.0 / fields.number("rate", 10.0, low=0.1, high=60.0),
    )


class Republisher:
    """What one page was told, and what it must be told next."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._told: dict[str, Motion] = {}

    def changed(self, tree: FrameTree) -> list[dict[str, Any]]:
        """The transforms that have changed by more than the page cares for."""
        found = []
        for source in self.wanted.sources:
            known = tree.lookup(self.wanted.target, source)
            if known is None:
                continue
            motion, stamp = known
            before = self._told.get(source)
            limits = {"metres": self.wanted.metres, "radians": self.wanted.radians}
            if before is None or not motion.is_near(before, **limits):
                self._told[source] = motion
                found.append(_message(self.wanted.target, source, motion, stamp))
        return found


def _message(target: str, source: str, motion: Motion, stamp: object) -> dict[str, Any]:
    return {
        "header": {"stamp": stamp, "frame_id": _plain(target)},
        "child_frame_id": _plain(source),
        "transform": {
            "translation": dict(zip("xyz", motion.translation)),
            "rotation": dict(zip("xyzw", motion.rotation)),
        },
    }


def _plain(frame: str) -> str:
    return frame.lstrip("/")
