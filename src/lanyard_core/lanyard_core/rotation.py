"""Rotations in space as unit quaternions (x, y, z, w), and vectors that they turn. Pure."""

from __future__ import annotations

Vector3 = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]

ORIGIN: Vector3 = (0.0, 0.0, 0.0)
NO_ROTATION: Quaternion = (0.0, 0.0, 0.0, 1.0)


def product(first: Quaternion, second: Quaternion) -> Quaternion:
    """The rotation ``second``, made in the frame that ``first`` turned."""
    ax, ay, az, aw = first
    bx, by, bz, bw = second
    return (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def inverse(rotation: Quaternion) -> Quaternion:
    """The rotation that takes it back."""
    x, y, z, w = rotation
    return (-x, -y, -z, w)


def rotated(vector: Vector3, rotation: Quaternion) -> Vector3:
    """``vector`` turned by ``rotation``."""
    x, y, z = vector
    qx, qy, qz, qw = rotation
    # v + w t + q cross t, with t = 2 (q cross v) and q the vector part.
    tx = 2.0 * (qy * z - qz * y)
    ty = 2.0 * (qz * x - qx * z)
    tz = 2.0 * (qx * y - qy * x)
    return (
        x + qw * tx + qy * tz - qz * ty,
        y + qw * ty + qz * tx - qx * tz,
        z + qw * tz + qx * ty - qy * tx,
    )


def moved(vector: Vector3, by: Vector3) -> Vector3:
    """The sum of the two."""
    return (vector[0] + by[0], vector[1] + by[1], vector[2] + by[2])
