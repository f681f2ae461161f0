"""Runs a command: what goes wrong becomes one line on the error output, and an exit code.

0: done. 1: it could not be done. 2: it was called wrongly.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, timezone

import typer

from lanyard_core.faults import BadConfiguration, LanyardFault


def application(about: str) -> typer.Typer:
    """A command with sub-commands; ``about`` is the first line of its help."""
    return typer.Typer(
        help=about,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def run(app: typer.Typer, *, name: str, arguments: Sequence[str] | None) -> int:
    """Run ``app`` with ``arguments`` (None: those of this process); the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        app(args=list(given), prog_name=name)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BadConfiguration as fault:
        for problem in fault.problems:
            say_error(name, problem)
    except LanyardFault as fault:
        say_error(name, fault.detail)
    except OSError as error:
        say_error(name, f"{error.filename or 'a file'}: {error.strerror or error}")
    return 1


def say_error(name: str, message: str) -> None:
    """One line on the error output."""
    print(f"{name}: {message}", file=sys.stderr)


def date(unix_s: float | None) -> str:
    """A day in UTC, or ``never``."""
    if unix_s is None:
        return "never"
    return datetime.fromtimestamp(unix_s, timezone.utc).strftime("%Y-%m-%d")


def moment(unix_s: float | None) -> str:
    """A minute in UTC, or ``never``."""
    if unix_s is None:
        return "never"
    return datetime.fromtimestamp(unix_s, timezone.utc).strftime("%Y-%m-%d %H:%MZ")
