"""Bounds come from the parameters in force, and name every term."""

import dataclasses
import itertools

import pytest

from fault_campaign.bounds import bound_of, figures_from
from fault_campaign.causes import CAUSES, Net

FIGURES = figures_from({})


def nets_of(victims):
    return {cause.net for cause in CAUSES if "+".join(cause.victims) == victims}


@pytest.mark.parametrize(
    ("victims", "net"),
    [
        ("client", Net.COMMAND_GAP),
        ("gateway", Net.COMMAND_GAP),
        ("control", Net.WATCHDOG),
        ("control+gateway", Net.WATCHDOG),
        ("control+watchdog", Net.BASE_TIMEOUT),
    ],
)
def test_the_first_net_that_is_left_stops_the_robot(victims, net):
    assert nets_of(victims) == {net}


def test_a_silent_client_gives_gap_and_ramp():
    bound = bound_of(Net.COMMAND_GAP, FIGURES)
    on_its_way, gap, two_ticks, step, ramp, observed = 0.01, 0.1, 0.004, 0.005, 0.25, 0.02
    assert bound.time_s == pytest.approx(on_its_way + gap + two_ticks + step + ramp + observed)
    way = 0.25 * (on_its_way + gap + two_ticks + step)
    assert bound.distance_m == pytest.approx(way + 0.25**2 / 2.0)


def test_a_silent_control_node_gives_the_watchdogs_patience_and_the_bases_brake():
    bound = bound_of(Net.WATCHDOG, FIGURES)
    assert bound.time_s == pytest.approx(0.15 + 2 * 0.01 + 0.005 + 0.25 / 5.0 + 0.02)


def test_without_control_and_watchdog_the_base_times_out():
    bound = bound_of(Net.BASE_TIMEOUT, FIGURES)
    assert bound.time_s == pytest.approx(0.2 + 2 * 0.005 + 0.25 / 5.0 + 0.02)


@pytest.mark.parametrize("net", Net)
def test_grace_is_added_to_time_and_way(net):
    without, given = bound_of(net, FIGURES), bound_of(net, FIGURES, grace_s=0.1)
    assert given.time_s - without.time_s == pytest.approx(0.1)
    assert given.distance_m - without.distance_m == pytest.approx(0.1 * FIGURES.speed_mps)


@pytest.mark.parametrize(
    ("net", "name", "factor"),
    [
        (Net.COMMAND_GAP, "command_gap_s", 2.0),
        (Net.COMMAND_GAP, "control_deceleration_mps2", 0.5),
        (Net.WATCHDOG, "watchdog_silence_s", 2.0),
        (Net.WATCHDOG, "base_braking_mps2", 0.5),
        (Net.BASE_TIMEOUT, "base_timeout_s", 2.0),
    ],
)
def test_a_worse_parameter_gives_a_longer_bound(net, name, factor):
    worse = dataclasses.replace(FIGURES, **{name: getattr(FIGURES, name) * factor})
    first, second = bound_of(net, FIGURES), bound_of(net, worse)
    assert second.time_s > first.time_s
    assert second.distance_m > first.distance_m


def test_the_parameter_file_of_a_robot_wins_over_the_defaults(tmp_path):
    file = tmp_path / "robot.yaml"
    file.write_text(
        "/**/control: {ros__parameters: {command_gap_s: 0.2}}\n"
        "/**/sim: {ros__parameters: {base: {braking_mps2: 3}}}\n"
    )
    figures = figures_from({"control": file, "sim": file})
    assert (figures.command_gap_s, figures.base_braking_mps2) == (0.2, 3.0)
    assert figures.ack_deadline_s == FIGURES.ack_deadline_s


def test_every_cause_has_a_name_of_its_own():
    slugs = [cause.slug for cause in CAUSES]
    assert all(first != second for first, second in itertools.combinations(slugs, 2))
    assert " " not in "".join(slugs)
