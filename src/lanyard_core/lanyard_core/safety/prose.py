"""The parts of the documentation's page about the safety machine that people write. Text only."""

HEAD = """\
# The safety machine

Made from `lanyard_core/safety` by `python -m lanyard_core.safety.describe`; do not edit.

One pure function, `step(state, inputs, limits)`, decides about every motion of the robot. The
control node calls it 500 times a second; it is told how much time went by, how old each thing is,
and what was asked; it answers with a state, velocities, one acknowledgement for each command and
one reply for each request. It knows no clock, so that it can be walked exhaustively.

**This is software. It is not a safety-rated function: wire a real emergency stop.**
"""

RULES = """\
## Rules worth knowing

**Order of a tick.** Reset, leases, heartbeats, commands, arming, watchdogs, stops. Resets come
first, so that nothing raised in the same tick is swallowed; stops come last, so that they
overrule whatever was granted before them.

**Arming** needs the lease, a heartbeat of this session, a neutral (zero) command not older than
`neutral_max_age_s`, fresh odometry, tf and joint states, the gateway's beat where the session
needs it, and no cause. Nothing else leads to ACTIVE: neither a reset, nor a command, nor
communications that come back.

**The self-test.** At start the control node drives its own `step` with this robot's limits once in
virtual time: full speed, then a stop request, a halt, and silence. A machine that does not come to
rest as it must is at FAULT (SELF_TEST), which no reset clears. STARTING then waits for fresh
sensors and, where one is wired, for the stop input.

**Silence.** A command gap ramps the robot to rest and is shown as COMMAND_GAP, but does not
latch: the session goes on after one neutral command. It is the fast net. The heartbeat is the
slow one: it ends the lease and latches.

**Ages** count from the moment when the control process received a thing, by the steady clock. A
stamp may only get a command refused; it never prolongs one, and stepping the wall clock changes
no stop.

**Ramps** scale all axes, base and joints, by one factor: the path keeps its curvature while the
robot slows down, and the slowest axis sets the pace. An axis that reverses passes through 0.
HALTED and FAULT take the fast rates.

**Leases.** At most one is held. A higher priority (task 50, operator 100, supervisor 150, local
200) takes it with `take`; the old session is void in that tick. When the robot was moving it
stops and latches AUTHORITY_LOST; at rest nothing is latched, and the new holder only arms. Giving
a lease back at rest latches nothing; while moving it stops and latches.

**The gateway's beat** is needed by sessions of operators and supervisors, who come through the
gateway. A task's session belongs to the task server on board, and a local pendant is wired to the
robot: both outlive a gateway.

**Late acknowledgements** are seen by the gateway, not by the control node: the gateway calls
`lanyard/request_stop` with the reason `ack_timeout`, which latches ACK_LATE.

**Bad values.** Not finite, or beyond `hard_cap_factor` times a cap, from the holder: stop at
once. For an axis that the robot does not have, or a number that did not rise: refused, and a stop
at the third within `strike_window_s`. From anybody else: no effect at all.

**Joints.** Within `joint_margin_rad` of its limit a joint may only move inward; the outward part
of a command is cut to 0 and the command acknowledged as CLAMPED. The margin is braking room. A
joint that is past its limit and still commanded outward raises LIMIT.

**The loop's own clockwork.** One gap longer than `overrun_gap_s`, or `late_ticks` ticks in a row
that began more than `late_tick_s` after their deadline, are OVERRUN while the robot may move. At
rest they are only counted: zeros that come late are still zeros, and an armed robot is watched
again.

**Resets** act once for each request id, all or nothing: only at rest, only when no latched
condition stands any more, and for HALTED and FAULT only by a role that may. From those two the
way leads through STARTING and its self-test.

**Measured speed.** A base that is measured faster than `overspeed_factor` times the commanded
speed plus a tolerance, for `overspeed_time_s`, raises LIMIT. While the commanded speed falls that
time stands still: a base that is braked lags behind, and that is no runaway.

**Power.** `power_off_after_s` after a halt the control node asks the base to take its power away,
on `base_power_off` (std_msgs/Bool, latched), until the halt is reset.
"""

CHECK = """\
## The exhaustive check

CI walks every state that the shipped function can reach, in small units: a tick is a second,
speeds are whole numbers, time-outs are a few ticks. In every state every move of the walk's
alphabet is tried, and every property is held against every transition. A witness keeps its own
account of heartbeats, commands and gaps from what goes in and comes out, so that the machine's
memory is not believed. What whole numbers on one axis leave out (floats, NaN, several axes,
jittered ticks) Hypothesis tries.

States that differ only in the value of sequence numbers or request ids, or in which of several
soft events is latched, are taken for one; a test drives the function with both and compares. The
check says nothing about the code around the function: the node is tested over a real graph.

Run it with `python -m lanyard_core.safety.exhaustive`. What it has found so far in this machine:
an arming and a disarming in one tick that held up the loop for ever, and a reset together with a
new soft stop that left FAULT standing without an internal cause.
"""
