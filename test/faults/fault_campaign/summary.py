"""The figures of a campaign, cause by cause. Pure: records in, numbers and tables out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median

from fault_campaign.bounds import Bound, bound_of
from fault_campaign.causes import CAUSES, Cause
from fault_campaign.records import Record, Settings
from fault_campaign.verdict import breaches


@dataclass(frozen=True, slots=True)
class CauseSummary:
    """One cause: how it went, in s and m. ``breaches``: what was not as it must be, in words."""

    cause: Cause
    bound: Bound
    times_s: tuple[float, ...]
    distances_m: tuple[float, ...]
    injections: int
    breaches: tuple[str, ...]

    @property
    def worst_time_s(self) -> float:
        return max(self.times_s, default=float("nan"))

    @property
    def worst_distance_m(self) -> float:
        return max(self.distances_m, default=float("nan"))


@dataclass(frozen=True, slots=True)
class Summary:
    """All causes that were tried, and how often the robot stopped without an injection."""

    causes: tuple[CauseSummary, ...]
    drove_s: float
    false_stops: int
    stolen_s: float

    @property
    def injections(self) -> int:
        return sum(cause.injections for cause in self.causes)

    @property
    def breaches(self) -> tuple[str, ...]:
        return tuple(breach for cause in self.causes for breach in cause.breaches)


def summarise(records: Sequence[Record], settings: Settings) -> Summary:
    """The figures of all records."""
    tried = [cause for cause in CAUSES if any(r.cause == cause.slug for r in records)]
    return Summary(
        causes=tuple(
            _of_cause(cause, [r for r in records if r.cause == cause.slug], settings)
            for cause in tried
        ),
        drove_s=sum(record.drove_s for record in records),
        false_stops=sum(len(record.false_stops) for record in records),
        stolen_s=sum(record.stolen_s for record in records),
    )


def _of_cause(cause: Cause, records: Sequence[Record], settings: Settings) -> CauseSummary:
    bound = bound_of(cause.net, settings.figures, grace_s=settings.grace_s)
    return CauseSummary(
        cause=cause,
        bound=bound,
        times_s=tuple(r.stop_time_s for r in records if r.stop_time_s is not None),
        distances_m=tuple(r.distance_m for r in records if r.distance_m is not None),
        injections=len(records),
        breaches=tuple(
            f"{cause.name}, number {record.index}: {breach}"
            for record in records
            for breach in breaches(record, cause, bound)
        ),
    )


HEAD = (
    *("cause", "net", "n"),
    *("ms: median", "worst", "bound"),
    *("mm: median", "worst", "bound"),
    "broken",
)


def rows(summary: Summary) -> list[tuple[str, ...]]:
    """A table for people: times in ms, ways in mm."""
    return [
        (
            each.cause.name,
            each.cause.net.value,
            str(each.injections),
            *_in_thousandths(_median(each.times_s), each.worst_time_s, each.bound.time_s),
            *_in_thousandths(
                _median(each.distances_m), each.worst_distance_m, each.bound.distance_m
            ),
            str(len(each.breaches)),
        )
        for each in summary.causes
    ]


def as_markdown(summary: Summary) -> str:
    """The same table for the documentation."""
    lines = [HEAD, ("---",) * len(HEAD), *rows(summary)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def as_plain(summary: Summary, settings: Settings) -> dict[str, object]:
    """Everything as JSON has it."""
    return {
        "settings": asdict(settings),
        "injections": summary.injections,
        "drove_s": summary.drove_s,
        "false_stops": summary.false_stops,
        "stolen_s": summary.stolen_s,
        "breaches": summary.breaches,
        "causes": {
            each.cause.slug: {
                "net": each.cause.net.value,
                "injections": each.injections,
                "median_time_s": _median(each.times_s),
                "worst_time_s": each.worst_time_s,
                "bound_time_s": each.bound.time_s,
                "median_distance_m": _median(each.distances_m),
                "worst_distance_m": each.worst_distance_m,
                "bound_distance_m": each.bound.distance_m,
                "breaches": each.breaches,
            }
            for each in summary.causes
        },
    }


def _median(values: Sequence[float]) -> float:
    return median(values) if values else float("nan")


def _in_thousandths(*values: float) -> tuple[str, ...]:
    return tuple(f"{1e3 * value:.0f}" for value in values)
