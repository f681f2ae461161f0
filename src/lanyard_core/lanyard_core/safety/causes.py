"""Causes of a stop: how severe each is, and what an operator is told.

A cause is one bit, and causes are latched in a sum of bits, so that none is lost by arriving
together with another. The sums are plain integers: arithmetic on enum flags costs microseconds
that a 500 Hz loop would pay each tick.
"""

from __future__ import annotations

from lanyard_core.safety.states import Cause

SOFT = 0x0000_FFFF  # controlled stop, then SAFE_STOP
SEVERE = 0x00FF_0000  # fast ramp, HALTED
INTERNAL = 0xFF00_0000  # fast ramp, FAULT

# The most severe first; the sentence says what happened and what to do.
SENTENCES: dict[Cause, str] = {
    Cause.INTERNAL: "internal error in the control node: read its log, then reset",
    Cause.OVERRUN: "the control loop missed its deadlines: free the computer, then reset",
    Cause.SELF_TEST: "the self-test failed: read the control node's log, then reset",
    Cause.STOP_INPUT: "the stop input is pressed: release it, then reset",
    Cause.STOP_INPUT_SILENT: "the stop input has gone silent: reconnect it, then reset",
    Cause.HALT_REQUEST: "a halt was requested: reset when it is safe",
    Cause.SHUTDOWN: "the control node is shutting down",
    Cause.LIMIT: "a limit of speed or of a joint was exceeded: look at the robot, then reset",
    Cause.SENSOR_LOST: "odometry, tf or joint states are old or not finite: mend that, then reset",
    Cause.COMMAND_INVALID: "a command was not finite or far too fast: mend the sender, then reset",
    Cause.SEQUENCE: "sequence numbers did not rise: mend the sender, then reset",
    Cause.STOP_REQUEST: "a stop was requested: reset when it is safe",
    Cause.GATEWAY_DEAD: "the gateway has gone silent: restart it, then reset",
    Cause.HEARTBEAT_LOST: "the holder's heartbeat was lost: reconnect, reset and arm again",
    Cause.AUTHORITY_LOST: "the lease was released or taken while the robot moved: reset, then arm",
    Cause.ACK_LATE: "the gateway saw no acknowledgement in time: reset and arm again",
    Cause.COMMAND_GAP: "no fresh command: send a neutral command to go on",
}


def in_words(causes: int) -> str:
    """The most severe of ``causes`` as a sentence for an operator; empty when there is none."""
    for cause, sentence in SENTENCES.items():
        if causes & cause:
            return sentence
    return ""


def names(causes: int) -> list[str]:
    """Names of all ``causes``, the most severe first."""
    return [cause.name or "" for cause in SENTENCES if causes & cause]
