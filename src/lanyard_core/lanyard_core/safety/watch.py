"""What the sensors, the stop input, the gateway and the loop's own clockwork say at this tick.

Each function judges ages and measurements that the shell took; none remembers anything. Missing,
stale and not finite are the same: bad.
"""

from __future__ import annotations

from math import isfinite

from lanyard_core.safety.limits import Limits
from lanyard_core.safety.states import Cause
from lanyard_core.safety.values import BASE_AXES, Observation, StopInput, Velocity

_SENSOR_LOST = int(Cause.SENSOR_LOST)
_GATEWAY_DEAD = int(Cause.GATEWAY_DEAD)
_STOP_INPUT = int(Cause.STOP_INPUT)
_STOP_INPUT_SILENT = int(Cause.STOP_INPUT_SILENT)


def standing(seen: Observation, limits: Limits) -> int:
    """The conditions that stand now, as cause bits; whether they matter is the machine's to say."""
    bits = 0
    if not sensors_fresh(seen, limits):
        bits |= _SENSOR_LOST
    if not seen.gateway_age_s <= limits.gateway_timeout_s:
        bits |= _GATEWAY_DEAD
    if seen.stop_input is not StopInput.NOT_WIRED:
        if seen.stop_input is not StopInput.RELEASED:
            bits |= _STOP_INPUT
        if not seen.stop_input_age_s <= limits.stop_input_timeout_s:
            bits |= _STOP_INPUT_SILENT
    return bits


def sensors_fresh(seen: Observation, limits: Limits) -> bool:
    """True when everything that motion needs to know is known, and new."""
    return (
        seen.odometry_age_s <= limits.odometry_timeout_s
        and seen.tf_age_s <= limits.tf_timeout_s
        and isfinite(seen.linear_speed)
        and isfinite(seen.angular_speed)
        and (limits.axes == BASE_AXES or _joints_fresh(seen, limits))
    )


def _joints_fresh(seen: Observation, limits: Limits) -> bool:
    return (
        seen.joints_age_s <= limits.joint_state_timeout_s
        and len(seen.joint_positions) == limits.axes - BASE_AXES
        and all(map(isfinite, seen.joint_positions))
    )


def missing(seen: Observation, limits: Limits) -> tuple[str, ...]:
    """Names of the sensors that are too old or not finite, in words for an operator."""
    found = []
    if not seen.odometry_age_s <= limits.odometry_timeout_s:
        found.append("odometry")
    elif not (isfinite(seen.linear_speed) and isfinite(seen.angular_speed)):
        found.append("finite odometry")
    if not seen.tf_age_s <= limits.tf_timeout_s:
        found.append("tf from odometry to base")
    if limits.axes > BASE_AXES and not _joints_fresh(seen, limits):
        fresh = seen.joints_age_s <= limits.joint_state_timeout_s
        found.append("a finite position of every joint" if fresh else "joint states")
    return tuple(found)


def overspeed(seen: Observation, commanded: Velocity, limits: Limits) -> bool:
    """True when the base is measured to be faster than it was commanded to be."""
    linear = (commanded[0] ** 2 + commanded[1] ** 2) ** 0.5
    factor = limits.overspeed_factor
    return not (
        seen.linear_speed <= factor * linear + limits.overspeed_linear_mps
        and seen.angular_speed <= factor * abs(commanded[2]) + limits.overspeed_angular_radps
    )


def joint_beyond(seen: Observation, commanded: Velocity, limits: Limits) -> bool:
    """True when a joint is past its limit, the margin used up, and still commanded outward."""
    return any(
        (speed < 0.0 and position < lower) or (speed > 0.0 and position > upper)
        for speed, position, lower, upper in zip(
            commanded[BASE_AXES:],
            seen.joint_positions,
            limits.joint_lower,
            limits.joint_upper,
            strict=False,
        )
    )
