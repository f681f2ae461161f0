"""The command line of the campaign: arguments in, an exit code out."""

from __future__ import annotations

import json
import random
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fault_campaign import priority
from fault_campaign.bounds import bound_of, figures_from
from fault_campaign.campaign import inject_all, still_to_do
from fault_campaign.causes import CAUSES, Cause
from fault_campaign.progress import Progress, table
from fault_campaign.records import Ledger, Record, Settings
from fault_campaign.seeded_bugs import PROOFS, Proof, seeded
from fault_campaign.sight import NotSeenError
from fault_campaign.stack import configuration, running_stack
from fault_campaign.summary import HEAD, Summary, as_markdown, as_plain, rows, summarise
from fault_campaign.verdict import breaches

EXIT_BROKEN = 1
EXIT_NOT_RUN = 2

_console = Console(highlight=False)
_by_slug = {cause.slug: cause for cause in CAUSES}


def main(
    count: Annotated[int, typer.Option(min=1, help="Injections of each cause.")] = 100,
    cause: Annotated[
        list[str] | None, typer.Option(help=f"Only this cause, of {', '.join(_by_slug)}.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Go on with, or repeat, the campaign of this seed.")
    ] = None,
    into: Annotated[Path, typer.Option(help="Folder of all campaigns.")] = Path(".state/faults"),
    for_s: Annotated[
        float | None, typer.Option(help="Begin no injection after so many seconds.")
    ] = None,
    prove: Annotated[
        bool, typer.Option(help="Break nodes on purpose instead; each bug must be found.")
    ] = False,
) -> None:
    """Kill and pause processes under a driving robot; it must be at rest in time, and stay so."""
    unknown = sorted(set(cause or ()) - set(_by_slug))
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}; there are {', '.join(_by_slug)}")
    chosen = [each for each in CAUSES if not cause or each.slug in cause]
    end = time.monotonic() + for_s if for_s is not None else float("inf")
    seed = random.SystemRandom().randrange(1_000_000) if seed is None else seed
    try:
        with priority.favoured_campaign() as grace_s:
            settings = Settings(seed, figures_from(configuration()), grace_s)
            good = (
                _proof(chosen, settings)
                if prove
                else _campaign(into / str(seed), chosen, count, settings, end=end)
            )
    except (NotSeenError, ValueError) as error:
        _console.print(f"faults: {error}")
        raise typer.Exit(EXIT_NOT_RUN) from error
    raise typer.Exit(0 if good else EXIT_BROKEN)


def _campaign(
    folder: Path, causes: list[Cause], count: int, settings: Settings, *, end: float
) -> bool:
    """Run what is missing of a campaign; whether nothing was broken."""
    _console.print(f"faults: seed {settings.seed}; everything is kept in {folder}")
    ledger = Ledger(folder / "injections.jsonl", settings)
    todo = still_to_do(causes, count, ledger.records())

    def made(cause: Cause, record: Record) -> None:
        ledger.append(record)
        progress.injected(_breaches(cause, record, settings))

    if todo:
        with Progress(_console, len(todo)) as progress, running_stack(folder / "stack") as stack:
            inject_all(
                stack,
                todo,
                seed=settings.seed,
                speed_mps=settings.figures.speed_mps,
                end=end,
                begins=progress.begins,
                made=made,
            )
    records = ledger.records()
    summary = summarise(records, settings)
    _publish(summary, settings, folder)
    left = len(still_to_do(causes, count, records))
    if left:
        _console.print(f"faults: {left} injections are left: go on with --seed {settings.seed}")
    return not summary.breaches


def _publish(summary: Summary, settings: Settings, folder: Path) -> None:
    """Print the figures, and keep them beside the records."""
    _console.print(table(HEAD, rows(summary)))
    plain = json.dumps(as_plain(summary, settings), indent=1)
    (folder / "summary.json").write_text(plain, encoding="utf-8")
    (folder / "summary.md").write_text(as_markdown(summary), encoding="utf-8")
    try:
        from fault_campaign.picture import draw

        draw(summary, folder / "faults.svg")
    except ImportError as error:
        _console.print(f"faults: no picture ({error.name} is missing); `make faults` installs it")
    for breach in summary.breaches:
        _console.print(f"[red]broken: {breach}")
    verdict = "broken" if summary.breaches else "every bound was kept"
    _console.print(
        f"faults: {summary.injections} injections: {verdict}; {summary.false_stops} other stops in"
        f" {summary.drove_s:.0f} s of driving"
    )


def _proof(causes: list[Cause], settings: Settings) -> bool:
    """Whether every seeded bug that one of these causes must find is found."""
    proofs = [proof for proof in PROOFS if proof.cause in causes]
    return not [proof for proof in proofs if not _finds(proof, settings)]


def _finds(proof: Proof, settings: Settings) -> bool:
    """Whether one injection finds bugs that were put there."""
    found: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="lanyard-") as scratch,
        running_stack(Path(scratch), alter=seeded(proof.bugs)) as stack,
    ):
        inject_all(
            stack,
            [(proof.cause, 0)],
            seed=settings.seed,
            speed_mps=settings.figures.speed_mps,
            end=float("inf"),
            begins=lambda _cause: None,
            made=lambda cause, record: found.extend(_breaches(cause, record, settings)),
        )
    words = f"found: {'; '.join(found)}" if found else "[red]NOT FOUND"
    _console.print(f"{' + '.join(proof.bugs)}, {proof.cause.name}: {words}")
    return bool(found)


def _breaches(cause: Cause, record: Record, settings: Settings) -> list[str]:
    bound = bound_of(cause.net, settings.figures, grace_s=settings.grace_s)
    return breaches(record, cause, bound)
