"""The command line of the campaign: arguments in, an exit code out."""

from __future__ import annotations

import json
import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from task_campaign.campaign import Slice, run_slice
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
    prove: Annotated[
        bool, typer.Option(help="Break the task servers on purpose; that must be found.")
    ] = False,
) -> None:
    """Kill everything at random under a fleet that works; no task is lost, none is done twice."""
    seed = random.SystemRandom().randrange(1_000_000) if seed is None else seed
    if prove:
        raise typer.Exit(0 if _proof(seed) else EXIT_BROKEN)
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


def _keep(file: Path, done: Slice) -> None:
    verdict = done.verdict
    kept = {
        "lost": verdict.lost,
        "doubled": verdict.doubled,
        "wrong": verdict.wrong,
        "counts": verdict.counts,
        "harm": done.harm,
    }
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
