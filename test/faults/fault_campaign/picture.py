"""Histograms of stop times and ways, with their bounds, as an SVG file. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path

from fault_campaign.causes import Harm
from fault_campaign.summary import CauseSummary, Summary

BINS = 50
WIDTH_IN, HEIGHT_IN = 10.0, 1.8
COLOURS = {Harm.KILLED: "#c2410c", Harm.PAUSED: "#1d4ed8"}
BOUND_COLOUR = "#111827"
# Text stays text, and the same figures give the same file.
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lanyard",
    "font.sans-serif": ["DejaVu Sans", "Arial"],
    "font.size": 9,
}

# What a column shows: its label, the values of a cause, and their bound.
_COLUMNS = (
    ("from the injection to rest, ms", attrgetter("times_s"), attrgetter("bound.time_s")),
    ("way until rest, mm", attrgetter("distances_m"), attrgetter("bound.distance_m")),
)


def draw(summary: Summary, file: Path) -> None:
    """One row for each set of victims: time on the left, way on the right. Raises ImportError."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update(_STYLE)
    from matplotlib import pyplot

    groups: dict[str, list[CauseSummary]] = {}
    for each in summary.causes:
        groups.setdefault(" and ".join(each.cause.victims), []).append(each)
    size = (WIDTH_IN, HEIGHT_IN * len(groups))
    figure, axes = pyplot.subplots(
        len(groups), 2, figsize=size, layout="constrained", squeeze=False, sharex="col"
    )
    for column, (label, values, bound) in enumerate(_COLUMNS):
        end = 1.05e3 * max(max((*values(each), bound(each))) for each in summary.causes)
        for axis, (victims, group) in zip(axes[:, column], groups.items(), strict=True):
            _histogram(axis, group, [values(each) for each in group], 1e3 * bound(group[0]), end)
            if column == 0:
                axis.set_title(f"{victims}: stopped by the {group[0].cause.net.value}", loc="left")
        axes[-1, column].set_xlabel(label)
    figure.savefig(file, metadata={"Date": None})
    pyplot.close(figure)


def _histogram(
    axis, group: Sequence[CauseSummary], values: Sequence[Sequence[float]], bound: float, end: float
) -> None:
    """One panel, in thousandths; what was killed below what was paused."""
    axis.hist(
        [[1e3 * value for value in of_cause] for of_cause in values],
        bins=BINS,
        range=(0.0, end),
        stacked=True,
        histtype="stepfilled",
        color=[COLOURS[each.cause.harm] for each in group],
        label=[f"{each.cause.harm.name.lower()}, n = {each.injections}" for each in group],
    )
    axis.axvline(bound, color=BOUND_COLOUR, linestyle="--", label=f"bound {bound:.0f}")
    axis.set_xlim(0.0, end)
    axis.set_ylabel("injections")
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, loc="upper left", fontsize=8, reverse=True)
