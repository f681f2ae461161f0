"""What breaks an injection, and how the figures of many become a table."""

import dataclasses

import pytest

from fault_campaign.bounds import Bound, figures_from
from fault_campaign.campaign import still_to_do
from fault_campaign.causes import CAUSES
from fault_campaign.records import Ledger, Record, Settings
from fault_campaign.summary import as_markdown, as_plain, summarise
from fault_campaign.verdict import breaches

CAUSE = {cause.slug: cause for cause in CAUSES}
BOUND = Bound(time_s=0.3, distance_m=0.05)
GOOD = Record(
    cause="control-killed",
    index=0,
    speed_mps=0.25,
    stop_time_s=0.3,
    distance_m=0.05,
    halted=True,
    came_back="STARTING",
    old_session=False,
    moved_again_m=0.0,
    false_stops=(),
    drove_s=1.0,
    stolen_s=0.0,
)
SETTINGS = Settings(seed=1, figures=figures_from({}), grace_s=0.01)


def broken(**fields):
    record = dataclasses.replace(GOOD, **fields)
    return breaches(record, CAUSE[record.cause], BOUND)


def test_an_injection_at_its_bounds_is_good():
    assert broken() == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"stop_time_s": 0.301}, "at rest after 0.301 s, bound 0.300 s"),
        ({"distance_m": 0.0511}, "at rest after 0.051 m, bound 0.050 m"),
        ({"stop_time_s": None, "distance_m": None}, "the robot did not come to rest"),
        ({"halted": False}, "the watchdog did not halt the base"),
        ({"moved_again_m": 0.001}, "moved 0.001000 m before a person armed again"),
        ({"came_back": "ACTIVE"}, "came back as ACTIVE"),
        ({"came_back": ""}, "came back as nothing"),
        ({"old_session": True}, "an old session"),
    ],
)
def test_what_was_not_as_it_must_be_is_said(fields, words):
    assert len(broken(**fields)) == 1
    assert broken(**fields)[0].startswith(words)


def test_a_paused_control_node_must_come_back_stopped():
    assert broken(cause="control-paused", came_back="FAULT") == []
    assert broken(cause="control-paused", came_back="IDLE") == ["came back as IDLE"]


def test_the_watchdog_leaves_a_control_node_alone_that_lives():
    stopped = {"cause": "gateway-paused", "came_back": "SAFE_STOP"}
    assert broken(**stopped, halted=False) == []
    assert broken(**stopped, halted=True) == [
        "the watchdog halted the base, which was not its turn"
    ]


def test_a_campaign_that_was_interrupted_goes_on_where_it_was(tmp_path):
    file = tmp_path / "campaign" / "injections.jsonl"
    Ledger(file, SETTINGS).append(GOOD)
    again = Ledger(file, SETTINGS)
    assert again.records() == [GOOD]
    cause = CAUSE["control-killed"]
    assert still_to_do([cause], 3, again.records()) == [(cause, 1), (cause, 2)]


def test_a_campaign_with_other_settings_is_not_mixed_in(tmp_path):
    file = tmp_path / "injections.jsonl"
    Ledger(file, SETTINGS)
    with pytest.raises(ValueError, match="choose another --seed"):
        Ledger(file, dataclasses.replace(SETTINGS, grace_s=0.5))


def test_the_figures_of_a_cause_are_its_median_and_its_worst():
    records = [
        dataclasses.replace(GOOD, index=i, stop_time_s=t) for i, t in enumerate((0.1, 0.2, 0.9))
    ]
    summary = summarise(records, SETTINGS)
    assert "| control killed | watchdog | 3 | 200 | 900 |" in as_markdown(summary)
    assert summary.breaches[0].startswith("control killed, number 2: at rest after 0.900 s")
    assert as_plain(summary, SETTINGS)["causes"]["control-killed"]["worst_time_s"] == 0.9


def test_stops_without_an_injection_are_counted():
    records = [dataclasses.replace(GOOD, false_stops=("late",)), GOOD]
    summary = summarise(records, SETTINGS)
    assert (summary.false_stops, summary.drove_s) == (1, 2.0)
