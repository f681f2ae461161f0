"""The command line of the campaign: arguments in, an exit code out."""

from __future__ import annotations

import importlib
import json
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from task_campaign.campaign import Slice, run_slice
from task_campaign.fleet import EXAMPLE
from task_campaign.history import Verdict
from task_campaign.lives import Lives
from task_campaign.seeded_bugs import forgetful

EXIT_BROKEN = 1


def main(
    slices: Annotated[int, typer.Option(min=1, help="How many fleets, one after the other.")] = 20,
    for_s: Annotated[float, typer.Option(min=5, help="Seconds of harm for each.")] = 60.0,
    robots: Annotated[int, typer.Option(min=1, help="Simulated robots of each.")] = 3,
    gateways: Annotated[int, typer.Option(min=1, help="Gateways on one PostgreSQL.")] = 2,
    postgresql: Annotated[
        bool, typer.Option(help="PostgreSQL with two gateways instead of SQLite with one.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Draw the same again.")] = None,
    into: Annotated[Path, typer.Option(help="Folder of all campaigns.")] = Path(".state/tasks"),
    imaginary: Annotated[
        int, typer.Option(min=0, help="Without ROS: so many tasks over robots in memory.")
    ] = 0,
    prove: Annotated[
        bool, typer.Option(help="Break the task servers on purpose; that must be found.")
    ] = False,
) -> None:
    """Kill everything at random under a fleet that works; no task is lost, none is done twice."""
    seed = random.SystemRandom().randrange(1_000_000) if seed is None else seed
    if prove:
        raise typer.Exit(0 if _proof(seed) else EXIT_BROKEN)
    if imaginary:
        raise typer.Exit(EXIT_BROKEN if _without_ros(seed, imaginary) else 0)
    folder = into / str(seed)
    before = len(list(folder.glob("slice-*"))) if folder.exists() else 0
    print(f"faults-tasks: seed {seed}; everything is kept in {folder}", flush=True)
    for number in range(before + 1, before + slices + 1):
        name = f"slice-{number:02}"
        done = run_slice(
            folder / name,
            seed=f"{seed} {name}",
            for_s=for_s,
            robots=robots,
            gateways=gateways if postgresql else 1,
            postgresql=postgresql,
        )
        _keep(folder / name / "slice.json", done)
        counts = done.verdict.counts
        print(
            f"faults-tasks: {name}: {counts['acknowledged']} tasks, {sum(done.harm.values())}"
            f" injections, {len(done.verdict.breaches)} breaches",
            flush=True,
        )
    raise typer.Exit(EXIT_BROKEN if _sum_up(folder) else 0)


def _without_ros(seed: int, tasks: int) -> list[str]:
    """What was broken over robots in memory, with a journal and without one."""
    sys.path.insert(0, str(EXAMPLE))
    types = importlib.import_module("lanyard_example.stamp")
    broken: list[str] = []
    for journal in (True, False):
        with tempfile.TemporaryDirectory(prefix="lanyard-") as scratch:
            lives = Lives(
                Path(scratch, "tasks.sqlite3"),
                (types.Stamp.task_type, types.StampAgain.task_type),
                seed=seed,
                tasks=tasks,
                journal=journal,
            )
            verdict = lives.live()
        print(f"robots {'with' if journal else 'without'} a journal, seed {seed}")
        broken += _tell(verdict.counts, lives.harm, _found(verdict))
    return broken


def _found(verdict: Verdict) -> dict[str, list[str]]:
    return {"lost": verdict.lost, "doubled": verdict.doubled, "wrong": verdict.wrong}


def _keep(file: Path, done: Slice) -> None:
    verdict = done.verdict
    kept = {**_found(verdict), "counts": verdict.counts, "harm": done.harm}
    file.write_text(json.dumps(kept, indent=1), "utf-8")


def _sum_up(folder: Path) -> list[str]:
    """Print the sums of all slices; what was broken."""
    counts: Counter[str] = Counter()
    harm: Counter[str] = Counter()
    found: dict[str, list[str]] = {"lost": [], "doubled": [], "wrong": []}
    for file in sorted(folder.glob("slice-*/slice.json")):
        kept = json.loads(file.read_text("utf-8"))
        counts.update(kept["counts"])
        harm.update(kept["harm"])
        for name, words in found.items():
            words.extend(kept[name])
    return _tell(counts, harm, found)


def _tell(counts: Counter[str], harm: Counter[str], found: dict[str, list[str]]) -> list[str]:
    for title, sums in (("tasks", counts), ("injections", harm)):
        told = ", ".join(f"{name} {count}" for name, count in sorted(sums.items()) if count)
        print(f"{title} ({sums['acknowledged'] or sum(sums.values())}): {told}")
    for name, words in found.items():
        print(f"{name}: {len(words)}")
        for word in words[:20]:
            print(f"  {word}")
    return [word for words in found.values() for word in words]


def _proof(seed: int) -> bool:
    """Whether the campaign finds task servers that forget what they have done."""
    with tempfile.TemporaryDirectory(prefix="lanyard-") as scratch:
        done = run_slice(Path(scratch), seed=f"{seed} proof", for_s=25.0, robots=2, alter=forgetful)
    found = done.verdict.doubled
    print(f"task servers that forget: {len(found)} tasks done twice" if found else "NOT FOUND")
    return bool(found)
