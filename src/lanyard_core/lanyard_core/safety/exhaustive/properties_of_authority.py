"""Properties of leases, acknowledgements and answers."""

from __future__ import annotations

from lanyard_core.safety.exhaustive.observer import OBEYED, good
from lanyard_core.safety.exhaustive.transition import (
    Transition,
    always,
    commanded,
    handed_over,
    released,
    requested,
    troubled,
    whenever,
)
from lanyard_core.safety.states import AckStatus, State
from lanyard_core.safety.values import Acquire, Arm, Reset


@whenever(handed_over)
def the_lease_changes_hands_only_on_request(t: Transition) -> bool:
    """A new holder asked; the old one released, expired, or was outranked."""
    old, new = t.before.authority.lease, t.after.authority.lease
    silence = t.known.silence + t.inputs.elapsed_s
    if new is None:
        return released(t) or silence > t.limits.heartbeat_timeout_s
    asked = [r for r in t.inputs.requests if isinstance(r, Acquire) and r.nonce == new.session]
    outranked = old is not None and any(r.take and r.priority > old.priority for r in asked)
    return bool(asked) and (old is None or released(t) or outranked)


@whenever(always)
def a_silent_holder_loses_the_lease(t: Transition) -> bool:
    """A lease ends with the heartbeat time-out, never later."""
    return t.knows.silence <= t.limits.heartbeat_timeout_s


@whenever(handed_over)
def losing_the_lease_while_moving_is_latched(t: Transition) -> bool:
    """Whoever loses the lease of a moving robot, it stops, and stays stopped."""
    if t.before.authority.lease is None:
        return True
    if t.after.state is State.ACTIVE:
        return False
    was_driving = any(t.before.velocity) and t.before.state is State.ACTIVE
    return not was_driving or t.after.latched != 0


@whenever(handed_over)
def a_take_over_at_rest_needs_no_reset(t: Transition) -> bool:
    """A session that ends at rest, by request alone, leaves no cause behind."""
    if t.before.authority.lease is None or any(t.before.velocity) or t.before.latched:
        return True
    expired = t.after.authority.lease is None and not released(t)
    return expired or troubled(t) or t.after.latched == 0


@whenever(commanded)
def every_command_has_one_acknowledgement(t: Transition) -> bool:
    """Exactly one, in order, with the command's own session and number."""
    acks, commands = t.outcome.acks, t.inputs.commands
    return len(acks) == len(commands) and all(
        ack.session == command.session and ack.seq == command.seq
        for ack, command in zip(acks, commands, strict=True)
    )


@whenever(commanded)
def obeyed_means_obeyed(t: Transition) -> bool:
    """OK and CLAMPED are said only to good commands of the holder of an ACTIVE robot."""
    lease = t.after.authority.lease
    return all(
        ack.status not in OBEYED
        or (
            t.after.state is State.ACTIVE
            and lease is not None
            and command.session == lease.session
            and good(command, t.limits)
        )
        for command, ack in zip(t.inputs.commands, t.outcome.acks, strict=True)
    )


@whenever(commanded)
def a_foreign_command_has_no_effect(t: Transition) -> bool:
    """What is not of the session that holds the lease is told so."""
    lease = t.after.authority.lease
    session = lease.session if lease is not None else 0
    return all(
        ack.status is AckStatus.LEASE_LOST
        for command, ack in zip(t.inputs.commands, t.outcome.acks, strict=True)
        if command.session != session
    )


@whenever(requested)
def every_request_is_answered(t: Transition) -> bool:
    """One reply for each request, with a reason when it is a refusal."""
    replies = t.outcome.replies
    return len(replies) == len(t.inputs.requests) and all(r.success or r.message for r in replies)


@whenever(requested)
def granted_means_granted(t: Transition) -> bool:
    """A granted arming means ACTIVE; a granted reset means that no cause is left."""
    for request, reply in zip(t.inputs.requests, t.outcome.replies, strict=True):
        if not reply.success:
            continue
        if isinstance(request, Arm) and request.arm and t.after.state is not State.ACTIVE:
            return False
        if isinstance(request, Reset) and t.after.latched:
            return False
    return True
