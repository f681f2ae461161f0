"""The command ``audit``: verify the audit log, and read it. Needs no ROS and no gateway."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from lanyard_gateway.audit import reading, schema, verifying
from lanyard_gateway.audit.folder import HEADS_FILE
from lanyard_gateway.audit.signing import public_file
from lanyard_gateway.commands.running import application, run

STATE = Path("~/.local/state/lanyard")

app = application("Verify and read the audit log.")

Folder = Annotated[Path, typer.Option(help="The folder of the log.")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify and read the audit log; the exit code."""
    return run(app, name="audit", arguments=arguments)


@app.command("verify")
def verify(
    folder: Folder = STATE / "audit",
    heads: Annotated[
        list[Path] | None,
        typer.Option(help="Files of heads that left the machine; may be repeated."),
    ] = None,
    public_key: Annotated[
        list[Path] | None,
        typer.Option(help="The public half of the key that signed them; may be repeated."),
    ] = None,
) -> None:
    """Check all entries and heads; exit code 1 when something was changed."""
    folder = folder.expanduser()
    keys = public_key or [public_file(folder.parent / "audit-signing-key.pem")]
    report = verifying.verify_folder(
        folder, head_files=heads or [folder / HEADS_FILE], public_keys=keys
    )
    verdict = report.verdict
    print(f"entries {verdict.first} to {verdict.last}; {report.heads} signed heads,")
    print(f"the last of which vouches for all up to entry {verdict.attested}")
    if not heads:
        print("These heads come from the log's own machine: give those that left it with --heads.")
    for problem in report.problems:
        print(f"WRONG: {problem}")
    if report.problems:
        raise typer.Exit(1)
    print("Nothing was changed, removed, added, moved or cut off.")


@app.command("show")
def show(
    folder: Folder = STATE / "audit",
    since: Annotated[str | None, typer.Option(help="RFC 3339 in UTC: 2026-11-21T08:00Z.")] = None,
    until: Annotated[str | None, typer.Option(help="The same.")] = None,
    key_id: Annotated[str | None, typer.Option(help="Only what this key did.")] = None,
    robot: Annotated[str | None, typer.Option(help="Only what concerns this robot.")] = None,
    event: Annotated[str | None, typer.Option(help="Only entries of this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 20,
) -> None:
    """Print the newest entries as JSON lines, oldest first."""
    question = reading.Question(since, until, key_id, None, robot, event)
    for entry in reversed(reading.ask(folder.expanduser(), question, limit=limit).entries):
        print(json.dumps(entry, separators=(",", ":")))


@app.command("schema")
def print_schema() -> None:
    """Print the JSON schema of an entry, for whoever reads the log with other tools."""
    print(json.dumps(schema.entry_schema(), indent=2))


if __name__ == "__main__":
    sys.exit(main())
