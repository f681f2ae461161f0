"""The camera's metadata: a pinhole without distortion. There are no images. Pure."""

from __future__ import annotations

import math

from lanyard_sim.model import CAMERA_HEIGHT_PX, CAMERA_VIEW_ANGLE_RAD, CAMERA_WIDTH_PX

DISTORTION_MODEL = "plumb_bob"
NO_DISTORTION = (0.0,) * 5
IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)

_FOCAL_LENGTH_PX = CAMERA_WIDTH_PX / 2.0 / math.tan(CAMERA_VIEW_ANGLE_RAD / 2.0)
_CENTRE = (CAMERA_WIDTH_PX / 2.0, CAMERA_HEIGHT_PX / 2.0)


def intrinsic_matrix() -> tuple[float, ...]:
    """The 3x3 matrix K, row by row, in pixels."""
    focal, (x, y) = _FOCAL_LENGTH_PX, _CENTRE
    return (focal, 0.0, x, 0.0, focal, y, 0.0, 0.0, 1.0)


def projection_matrix() -> tuple[float, ...]:
    """The 3x4 matrix P of a single camera, row by row, in pixels."""
    focal, (x, y) = _FOCAL_LENGTH_PX, _CENTRE
    return (focal, 0.0, x, 0.0, 0.0, focal, y, 0.0, 0.0, 0.0, 1.0, 0.0)
