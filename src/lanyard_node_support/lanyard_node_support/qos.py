"""Quality of service of each kind of topic, and why.

Deadline and liveliness are not asked for on topics that others publish: a subscription that asks
for them gets nothing from a publisher with defaults. Our watchdogs are timers.
"""

from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    QoSProfile,
    ReliabilityPolicy,
)


def _profile(
    depth: int,
    *,
    reliability: ReliabilityPolicy = ReliabilityPolicy.RELIABLE,
    durability: DurabilityPolicy = DurabilityPolicy.VOLATILE,
) -> QoSProfile:
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST, depth=depth, reliability=reliability, durability=durability
    )


# Two at most are kept, because an old command is worth nothing.
COMMAND = _profile(2)
# Every command gets its acknowledgement, also in a burst.
ACK = _profile(100)
# Both are offered reliably, so that any subscription matches. Ours ask for less: what is lost would
# be sent again after the next one at the earliest, and be too late; and each message would have to
# be confirmed, which takes a tenth of what the gateway spends on a command.
COMMAND_IN = _profile(2, reliability=ReliabilityPolicy.BEST_EFFORT)
ACK_IN = _profile(100, reliability=ReliabilityPolicy.BEST_EFFORT)
HEARTBEAT = _profile(10)
# Whoever joins late must know at once that the robot is stopped.
SAFETY_STATE = _profile(1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
CMD_VEL = _profile(1)
# What comes often and is replaced by the next: nobody should wait for a retransmission.
SENSOR = _profile(5, reliability=ReliabilityPolicy.BEST_EFFORT)
# The same for who looks now and then, and then wants the newest.
NEWEST = _profile(1, reliability=ReliabilityPolicy.BEST_EFFORT)
# And for who wants to know besides how often they come, up to 300 Hz with ten looks a second.
COUNTED = _profile(30, reliability=ReliabilityPolicy.BEST_EFFORT)
# Publishers of sensor data offer reliable, so that either kind of subscriber matches.
SENSOR_OUT = _profile(5)
LATCHED = _profile(1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
TF = _profile(100)
TF_STATIC = _profile(100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
# What is lost of these is not said again: there is room for a whole fleet that is heard at once.
TF_STATIC_IN = _profile(1000, durability=DurabilityPolicy.TRANSIENT_LOCAL)
DIAGNOSTICS = _profile(10)
