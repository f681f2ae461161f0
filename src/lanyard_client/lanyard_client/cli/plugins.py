"""Commands of other packages: whatever is installed under the entry points ``lanyard.commands``.

The name of an entry point is that of the command. It leads to a ``typer.Typer``, or to a function
``main(arguments) -> exit code`` that reads its arguments itself. A command's module is loaded only
when the command is called, or when all commands are listed; one that cannot be loaded takes no
other with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import EntryPoint, entry_points

import typer

from lanyard_client.cli.output import err, plain

GROUP = "lanyard.commands"


def add_commands(app: typer.Typer, arguments: Sequence[str], *, own: frozenset[str]) -> None:
    """Add the commands of others that these arguments may be about; ``own`` are never replaced."""
    if own & set(arguments):
        return
    found = [point for point in _points() if point.name not in own]
    named = [point for point in found if point.name in arguments]
    for point in named or found:
        _add(app, point)


def _points() -> Iterator[EntryPoint]:
    seen: set[str] = set()
    for point in entry_points(group=GROUP):  # the same package may be found on two ways
        if point.name not in seen:
            seen.add(point.name)
            yield point


def _add(app: typer.Typer, point: EntryPoint) -> None:
    try:
        command = point.load()
    except Exception as error:  # noqa: BLE001  whatever another package does when it is imported
        err.print(f"lanyard: the command {point.name} cannot be loaded: {plain(error)}")
        return
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=point.name)
    else:
        _add_function(app, point.name, command)


def _add_function(
    app: typer.Typer, name: str, function: Callable[[Sequence[str]], int | None]
) -> None:
    def call(ctx: typer.Context) -> None:
        raise typer.Exit(function(list(ctx.args)) or 0)

    app.command(
        name,
        help=_summary(function),
        add_help_option=False,
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(call)


def _summary(function: Callable[..., object]) -> str:
    """What a function's module is about: the first sentence behind the colon of its docstring."""
    module = __import__(function.__module__, fromlist=["__doc__"]).__doc__ or ""
    first = module.strip().partition("\n")[0]
    told = first.partition(": ")[2] or first
    return told[:1].upper() + told[1:]
