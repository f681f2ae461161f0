"""The newest transform to each frame, and chains of them: as much of tf as a status page needs.

No interpolation, no history: a pose of now from the newest transforms. One thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lanyard_core.rotation import (
    NO_ROTATION,
    ORIGIN,
    Quaternion,
    Vector3,
    moved,
    product,
    rotated,
)
from lanyard_core.telemetry.status import Pose

# Frames that one robot may have; more come only from a broken publisher.
MAX_FRAMES = 2000
# Links from a frame to its root; more means a loop.
MAX_CHAIN = 100


@dataclass(frozen=True, slots=True)
class Transform:
    """The pose of a frame in its parent: metres and quaternion (x, y, z, w).

    ``arrived_s`` is our monotonic clock when it came; None for a static one, which does not age.
    """

    parent: str
    translation: Vector3
    rotation: Quaternion
    arrived_s: float | None


@dataclass(frozen=True, slots=True)
class Lookup:
    """A pose found, and the arrival of its chain's oldest moving link; None if all are static."""

    pose: Pose
    arrived_s: float | None


class TransformBuffer:
    """Newest transforms by child frame."""

    def __init__(self) -> None:
        self._by_child: dict[str, Transform] = {}

    def put(self, transforms: Iterable[tuple[str, Transform]]) -> None:
        """Take in transforms, each with its child frame."""
        for child, transform in transforms:
            if child in self._by_child or len(self._by_child) < MAX_FRAMES:
                self._by_child[child] = transform

    def lookup(self, target: str, source: str) -> Lookup | None:
        """Pose of ``source`` in its ancestor ``target``; None when no chain leads there."""
        translation = ORIGIN
        rotation = NO_ROTATION
        oldest: float | None = None
        frame = source
        for _ in range(MAX_CHAIN):
            if frame == target:
                return Lookup(Pose(target, translation, rotation), oldest)
            link = self._by_child.get(frame)
            if link is None:
                return None
            translation = moved(link.translation, rotated(translation, link.rotation))
            rotation = product(link.rotation, rotation)
            if link.arrived_s is not None:
                oldest = link.arrived_s if oldest is None else min(oldest, link.arrived_s)
            frame = link.parent
        return None
