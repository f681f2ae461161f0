"""Whether an injection went as it must. Pure: a record and its cause's bound in, words out."""

from __future__ import annotations

from fault_campaign.bounds import Bound
from fault_campaign.causes import Cause, Harm, Net, Victim
from fault_campaign.records import Record
from lanyard_core.safety.states import State

# Rounding of the simulated odometry's sums, far below anything that could be measured.
_DUST_M = 1e-9

_STARTS_AS = frozenset({State.STARTING.name, State.IDLE.name})
_STOPPED_AS = frozenset({State.SAFE_STOP.name, State.HALTED.name, State.FAULT.name})


def breaches(record: Record, cause: Cause, bound: Bound) -> list[str]:
    """What was not as it must be, in words; empty when all was well."""
    return [*_of_the_bound(record, bound), *_of_the_net(record, cause), *_after(record, cause)]


def _of_the_bound(record: Record, bound: Bound) -> list[str]:
    if record.stop_time_s is None or record.distance_m is None:
        return ["the robot did not come to rest"]
    found = []
    if record.stop_time_s > bound.time_s:
        found.append(f"at rest after {record.stop_time_s:.3f} s, bound {bound.time_s:.3f} s")
    if record.distance_m > bound.distance_m:
        found.append(f"at rest after {record.distance_m:.3f} m, bound {bound.distance_m:.3f} m")
    return found


def _of_the_net(record: Record, cause: Cause) -> list[str]:
    if cause.net is Net.WATCHDOG and not record.halted:
        return ["the watchdog did not halt the base"]
    if cause.net is not Net.WATCHDOG and record.halted:
        return ["the watchdog halted the base, which was not its turn"]
    return []


def _after(record: Record, cause: Cause) -> list[str]:
    found = []
    if record.moved_again_m > _DUST_M:
        found.append(f"moved {record.moved_again_m:.6f} m before a person armed again")
    fresh = cause.harm is Harm.KILLED and Victim.CONTROL in cause.victims
    expected = _STARTS_AS if fresh else _STOPPED_AS
    if record.came_back not in expected:
        found.append(f"came back as {record.came_back or 'nothing'}")
    if record.old_session:
        found.append("an old session held the lease of a control node that had just started")
    return found
