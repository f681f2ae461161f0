import math

import pytest

from lanyard_core.faults import BadConfiguration
from lanyard_core.stream.settings import CommandLimits, CommandTiming, StreamSettings


def test_the_defaults_are_the_promised_figures():
    settings = StreamSettings()
    timing = settings.timing
    assert (timing.ping_interval_s, timing.ping_timeout_s) == (1.0, 3.0)
    assert timing.ack_deadline_s == 0.010
    assert settings.ack_miss_limit == 1
    assert (settings.limits.min_rate_hz, settings.limits.max_rate_hz) == (50.0, 100.0)


@pytest.mark.parametrize("value", [0.0, -1.0, math.inf, math.nan])
@pytest.mark.parametrize(
    "name",
    ["ping_interval_s", "ping_timeout_s", "ack_deadline_s", "cmd_timeout_s", "max_age_s",
     "arm_timeout_s", "state_period_s"],
)  # fmt: skip
def test_no_value_switches_a_watchdog_off(name, value):
    with pytest.raises(BadConfiguration, match=name):
        StreamSettings(timing=CommandTiming(**{name: value}))


def test_a_ping_time_out_above_3_seconds_is_refused():
    with pytest.raises(BadConfiguration, match="ping_timeout_s"):
        StreamSettings(timing=CommandTiming(ping_timeout_s=3.1))


def test_every_problem_is_listed_at_once():
    with pytest.raises(BadConfiguration) as caught:
        StreamSettings(limits=CommandLimits(burst=0, max_bytes=4096), ack_miss_limit=0)
    assert len(caught.value.problems) == 3
