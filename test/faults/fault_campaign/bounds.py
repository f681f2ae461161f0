"""How long and how far the robot may move after an injection. Pure: parameters in, figures out.

Every term is a parameter of the robot or of a node; docs/faults.md tells the derivation in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from fault_campaign.causes import Net
from lanyard_core.safety.overseer import TICK_S
from lanyard_node_support.parameter_schema import load_declarations

_PACKAGES = {
    "control": "lanyard_control",
    "watchdog": "lanyard_control.watchdog",
    "gateway": "lanyard_gateway",
    "sim": "lanyard_sim",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """The parameters that the bounds are made of, in s, m/s and m/s2."""

    speed_mps: float
    ack_deadline_s: float
    command_gap_s: float
    control_tick_s: float
    control_deceleration_mps2: float
    watchdog_silence_s: float
    watchdog_tick_s: float
    base_timeout_s: float
    base_step_s: float
    base_braking_mps2: float
    observation_period_s: float


@dataclass(frozen=True, slots=True)
class Bound:
    """From the injection to rest, and the way until then."""

    time_s: float
    distance_m: float


def figures_from(files: Mapping[str, Path]) -> Figures:
    """The figures in force: declared defaults, and what the parameter file of each node says.

    ``files``: by node; a node that is not named there has its defaults.
    """
    control, watchdog, gateway, sim = (_parameters(node, files.get(node)) for node in _PACKAGES)
    return Figures(
        speed_mps=control["reduced_speed_mps"],
        ack_deadline_s=gateway["command.ack_deadline_s"],
        command_gap_s=control["command_gap_s"],
        control_tick_s=1.0 / control["loop_rate_hz"],
        control_deceleration_mps2=control["linear_deceleration_mps2"],
        watchdog_silence_s=watchdog["silence_s"],
        watchdog_tick_s=TICK_S,
        base_timeout_s=sim["base.command_timeout_s"],
        base_step_s=1.0 / sim["rates.step_hz"],
        base_braking_mps2=sim["base.braking_mps2"],
        observation_period_s=1.0 / sim["rates.motion_hz"],
    )


def bound_of(net: Net, figures: Figures, *, grace_s: float = 0.0) -> Bound:
    """The bound that a net gives. ``grace_s``: what the computer under it all may add."""
    speed = figures.speed_mps
    wait, deceleration = _wait_and_deceleration(net, figures)
    wait += figures.base_step_s + grace_s
    ramp = speed / deceleration
    return Bound(
        time_s=wait + ramp + figures.observation_period_s,
        distance_m=speed * wait + speed * ramp / 2.0,
    )


def _wait_and_deceleration(net: Net, figures: Figures) -> tuple[float, float]:
    """How long the robot goes on at full speed, and how it slows down then."""
    if net is Net.COMMAND_GAP:
        # The last command may have been under way; longer than this, and the gateway stops it all.
        last_command = figures.ack_deadline_s
        noticed = figures.command_gap_s + 2.0 * figures.control_tick_s
        return last_command + noticed, figures.control_deceleration_mps2
    if net is Net.WATCHDOG:
        noticed = figures.watchdog_silence_s + 2.0 * figures.watchdog_tick_s
        return noticed, figures.base_braking_mps2
    return figures.base_timeout_s + figures.base_step_s, figures.base_braking_mps2


def _parameters(node: str, file: Path | None) -> dict[str, float]:
    declared = load_declarations(_PACKAGES[node])
    values = {name: declaration.default for name, declaration in declared.items()}
    if file is not None:
        for name, value in _overrides(yaml.safe_load(file.read_text("utf-8")), node).items():
            values[name] = declared[name].convert(value)
    return {name: value for name, value in values.items() if isinstance(value, float)}


def _overrides(document: Mapping[str, object], node: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, section in document.items():
        if name.rpartition("/")[2] == node and isinstance(section, Mapping):
            _flatten(section.get("ros__parameters", {}), "", found)
    return found


def _flatten(group: Mapping[str, object], prefix: str, into: dict[str, object]) -> None:
    for name, value in group.items():
        if isinstance(value, Mapping):
            _flatten(value, f"{prefix}{name}.", into)
        else:
            into[f"{prefix}{name}"] = value
