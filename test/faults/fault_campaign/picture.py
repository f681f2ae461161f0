"""Histograms of stop times and ways, with their bounds, as an SVG file. Needs matplotlib."""

from __future__ import annotations

from pathlib import Path

from fault_campaign.causes import Harm
from fault_campaign.summary import CauseSummary, Summary

BINS = 40
WIDTH_IN, HEIGHT_IN = 10.0, 2.0
COLOURS = {Harm.KILLED: "#c2410c", Harm.PAUSED: "#1d4ed8"}
BOUND_COLOUR = "#111827"


def draw(summary: Summary, file: Path) -> None:
    """One row for each set of victims: time on the left, way on the right. Raises ImportError."""
    import matplotlib as mpl

    mpl.use("svg")
    # Text stays text, and the same figures give the same file.
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "lanyard", "font.size": 9})
    from matplotlib import pyplot

    groups: dict[tuple[str, ...], list[CauseSummary]] = {}
    for each in summary.causes:
        groups.setdefault(each.cause.victims, []).append(each)
    figure, axes = pyplot.subplots(
        len(groups),
        2,
        figsize=(WIDTH_IN, HEIGHT_IN * len(groups)),
        layout="constrained",
        squeeze=False,
    )
    for (victims, group), (left, right) in zip(groups.items(), axes, strict=True):
        _histogram(left, group, "times_s", 1e3)
        _histogram(right, group, "distances_m", 1e3)
        left.set_title(
            f"{' and '.join(victims)}: stopped by the {group[0].cause.net.value}", loc="left"
        )
    axes[-1][0].set_xlabel("from the injection to rest, ms")
    axes[-1][1].set_xlabel("way until rest, mm")
    figure.savefig(file, metadata={"Date": None})
    pyplot.close(figure)


def _histogram(axis, group: list[CauseSummary], values: str, scale: float) -> None:
    bound = group[0].bound.time_s if values == "times_s" else group[0].bound.distance_m
    data = {each: [scale * value for value in getattr(each, values)] for each in group}
    end = 1.05 * max([scale * bound, *(value for each in data.values() for value in each)])
    axis.hist(
        list(data.values()),
        bins=BINS,
        range=(0.0, end),
        stacked=True,
        histtype="stepfilled",
        color=[COLOURS[each.cause.harm] for each in group],
        label=[f"{each.cause.harm.name.lower()}, n = {each.injections}" for each in group],
    )
    axis.axvline(
        scale * bound, color=BOUND_COLOUR, linestyle="--", label=f"bound {scale * bound:.0f}"
    )
    axis.set_xlim(0.0, end)
    axis.set_ylabel("injections")
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, loc="upper left", fontsize=8)
