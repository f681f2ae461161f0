"""The commands of ``lanyard``, its own and those of other installed packages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from lanyard_client.cli import (
    doctor,
    drive,
    events,
    plugins,
    probe,
    status,
    stops,
    tasks,
    watch,
)
from lanyard_client.cli.run import ExitCode, complain
from lanyard_client.cli.settings import DEFAULT_PROFILE, DEFAULT_URL, Options
from lanyard_core.faults import BadConfiguration, LanyardFault

_OWN: dict[str, Callable[..., None]] = {
    "status": status.status,
    "watch": watch.watch,
    "events": events.events,
    "drive": drive.drive,
    "stop": stops.stop,
    "reset": stops.reset,
    "probe": probe.probe,
    "doctor": doctor.doctor,
}
_HELP = "Drive, task and watch robots through a Lanyard gateway."
_EPILOG = "The API key comes from LANYARD_KEY, --key-file or ~/.config/lanyard/client.ini."


def invoke(arguments: Sequence[str]) -> int:
    """Run one command; the exit code. What commands of other packages raise becomes a line."""
    try:
        build(arguments)(args=list(arguments), prog_name="lanyard")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else ExitCode.OK
    except BadConfiguration as fault:
        return complain(*fault.problems)
    except LanyardFault as fault:
        return complain(fault.detail)
    except OSError as error:
        return complain(f"{error.filename or 'a file'}: {error.strerror or error}")
    return ExitCode.OK


def build(arguments: Sequence[str] = ()) -> typer.Typer:
    """The application, with the commands of others that ``arguments`` may be about."""
    app = typer.Typer(
        help=_HELP,
        epilog=_EPILOG,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for name, command in _OWN.items():
        app.command(name)(command)
    app.add_typer(tasks.app, name="task")
    plugins.add_commands(app, arguments, own=frozenset(_OWN) | {"task"})
    return app


def _option(name: str, metavar: str, meaning: str) -> typer.models.OptionInfo:
    """An option that the environment may give as well: ``--url`` is LANYARD_URL."""
    option: typer.models.OptionInfo = typer.Option(
        f"--{name}", envvar=_variable(name), metavar=metavar, help=meaning
    )
    return option


def _variable(name: str) -> str:
    return "LANYARD_" + {"pin": "pins"}.get(name, name).upper().replace("-", "_")


def _options(
    ctx: typer.Context,
    url: Annotated[str | None, _option("url", "URL", f"The gateway [{DEFAULT_URL}].")] = None,
    key_file: Annotated[
        Path | None, _option("key-file", "FILE", "A file that holds the API key.")
    ] = None,
    ca_file: Annotated[
        Path | None, _option("ca-file", "FILE", "PEM file of the authorities to believe.")
    ] = None,
    pin: Annotated[
        list[str] | None, _option("pin", "PIN", "sha256/... of its public key; repeatable.")
    ] = None,
    config: Annotated[Path | None, _option("config", "FILE", "Instead of client.ini.")] = None,
    profile: Annotated[
        str | None, _option("profile", "NAME", f"Section of that file [{DEFAULT_PROFILE}].")
    ] = None,
) -> None:
    ctx.obj = Options(
        url=url,
        key_file=key_file,
        ca_file=ca_file,
        pins=tuple(pin or ()),
        config=config,
        profile=profile,
    )
