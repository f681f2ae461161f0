"""What is kept of a campaign: its settings, then one line of JSON for each injection.

Lines are appended as injections are made, so that a campaign that was interrupted goes on where
it was. Facts only; ``verdict`` says what they mean.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from fault_campaign.bounds import Figures


@dataclass(frozen=True, slots=True)
class Settings:
    """What every injection of a campaign has in common."""

    seed: int
    figures: Figures
    grace_s: float


@dataclass(frozen=True, slots=True)
class Record:
    """One injection. Times in s, ways in m, speeds in m/s.

    ``stop_time_s`` and ``distance_m``: from the injection to rest; None when it never rested.
    ``halted``: whether the watchdog halted the base. ``moved_again_m``: the way from
    rest until a person armed again. ``came_back``: of a control node that was started again its
    first state, of any other the last one before a person armed again. ``old_session``: whether a
    control node that was started again knew the lease from before. ``false_stops``: why the robot
    stopped by itself before the injection, which was then tried again; ``drove_s``: how long it
    drove for that. ``stolen_s``: processor time that a host took away from driving off to rest.
    """

    cause: str
    index: int
    speed_mps: float
    stop_time_s: float | None
    distance_m: float | None
    halted: bool
    came_back: str
    old_session: bool
    moved_again_m: float
    false_stops: tuple[str, ...]
    drove_s: float
    stolen_s: float


class Ledger:
    """The file of one campaign."""

    def __init__(self, file: Path, settings: Settings) -> None:
        """Begin the file, or go on with it. Raises ValueError when it has other settings."""
        self._file = file
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            self._append(asdict(settings))
        elif read_settings(file) != settings:
            raise ValueError(
                f"{file} was begun with other settings: choose another --seed, or remove it"
            )

    def append(self, record: Record) -> None:
        """Keep one record."""
        self._append(asdict(record))

    def records(self) -> list[Record]:
        """All that are kept."""
        return list(_records(_lines(self._file)[1:]))

    def _append(self, value: dict[str, object]) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(value) + "\n")


def read_settings(file: Path) -> Settings:
    """The settings of the campaign in ``file``."""
    raw = json.loads(_lines(file)[0])
    return Settings(**{**raw, "figures": Figures(**raw["figures"])})


def _records(lines: Iterable[str]) -> Iterable[Record]:
    for line in lines:
        raw = json.loads(line)
        yield Record(**{**raw, "false_stops": tuple(raw["false_stops"])})


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()
