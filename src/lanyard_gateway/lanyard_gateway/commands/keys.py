"""The command ``keys``: make, list, rotate and revoke API keys, where their file is.

A key's text is printed once, when it is made, and kept nowhere. A running gateway takes changes up
within a second. Needs no ROS.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from lanyard_core.access.keys import MAX_LIFE_DAYS, KeyRecord, NewKey
from lanyard_core.access.patterns import Patterns
from lanyard_core.access.scopes import Role
from lanyard_gateway.commands.running import application, date, moment, run
from lanyard_gateway.doors import key_desk, key_file
from lanyard_gateway.doors.last_use import last_uses

DEFAULT_FILE = Path("~/.local/state/lanyard/keys.json")
_ROLES = ", ".join(role.value for role in Role)

app = application("Make, list, rotate and revoke API keys.")


@dataclass(frozen=True, slots=True)
class _Options:
    """What stands before the sub-command."""

    file: Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Make, list, rotate and revoke API keys; the exit code."""
    return run(app, name="keys", arguments=arguments)


@app.callback()
def _options(
    ctx: typer.Context,
    file: Annotated[Path, typer.Option(help="The key file.")] = DEFAULT_FILE,
) -> None:
    ctx.obj = _Options(file.expanduser())


@app.command("create")
def create(
    ctx: typer.Context,
    name: Annotated[str, typer.Option(help="Who or what will use it: its client.")],
    role: Annotated[str, typer.Option(help=f"{_ROLES}, or a role of the policy file.")],
    days: Annotated[
        float, typer.Option(min=0.001, max=MAX_LIFE_DAYS, help="Days until it expires.")
    ] = MAX_LIFE_DAYS,
    robots: Annotated[
        list[str] | None, typer.Option(help="Only these robots, such as arm-*; may be repeated.")
    ] = None,
    tenant: Annotated[str | None, typer.Option(help="A tenant of the policy file.")] = None,
    no_expiry: Annotated[bool, typer.Option("--no-expiry", help="It never expires.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Print nothing but the key.")] = False,
) -> None:
    """Make a key and print it, this once."""
    wish = key_desk.Wish(
        role=_role(role),
        name=name,
        days=None if no_expiry else days,
        robots=_patterns(robots),
        tenant=tenant,
    )
    made = key_desk.create(_file(ctx), wish, now_unix_s=time.time())
    _show(made, plain=plain)


@app.command("list")
def list_keys(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show every key, without its secret."""
    path = _file(ctx)
    records, used = key_file.read(path), last_uses(path)
    if as_json:
        print(json.dumps([_object(record, used.get(record.key_id)) for record in records]))
        return
    if not records:
        print(f"There are no keys in {path}; make one with `lanyard keys create`.")
        return
    print(f"{'KEY':10}  {'ROLE':10}  {'CREATED':10}  {'EXPIRES':10}  {'LAST USED':17}  NAME")
    for record in records:
        print(
            f"{record.key_id:10}  {record.role:10}  {date(record.created_unix_s):10}  "
            f"{date(record.expires_unix_s):10}  {moment(used.get(record.key_id)):17}  {record.name}"
        )


@app.command("rotate")
def rotate(
    ctx: typer.Context,
    key_id: Annotated[str, typer.Argument(help="The 10 letters that `lanyard keys list` shows.")],
    grace_hours: Annotated[
        float, typer.Option(min=0.0, max=24.0 * 30, help="How long the old key lives on.")
    ] = 24.0,
    days: Annotated[
        float, typer.Option(min=0.001, max=MAX_LIFE_DAYS, help="Days until the new one expires.")
    ] = MAX_LIFE_DAYS,
    plain: Annotated[bool, typer.Option("--plain", help="Print nothing but the key.")] = False,
) -> None:
    """Make a key like another one, which ends after a while."""
    now = time.time()
    made = key_desk.rotate(
        _file(ctx), key_id, grace_s=grace_hours * 3600.0, days=days, now_unix_s=now
    )
    if not plain:
        ends = moment(now + grace_hours * 3600.0)
        print(f"Key {key_id} ends at {ends} or when it would have anyway; the new one:")
    _show(made, plain=plain)


@app.command("revoke")
def revoke(
    ctx: typer.Context,
    key_id: Annotated[str, typer.Argument(help="The 10 letters that `lanyard keys list` shows.")],
) -> None:
    """Make a key useless. Its sockets are closed within a second; robots that it drives stop."""
    gone = key_desk.revoke(_file(ctx), key_id)
    print(f"Key {key_id} ({gone.name!r}) is revoked.")


def _file(ctx: typer.Context) -> Path:
    options: _Options = ctx.obj
    return options.file


def _role(text: str) -> str:
    if not key_file.ROLE_NAME.fullmatch(text):
        raise typer.BadParameter("a role is named in small letters, such as operator")
    if text not in set(map(str, Role)):
        print(f"keys: note: {text} is no built-in role; the policy must have it", file=sys.stderr)
    return text


def _patterns(texts: list[str] | None) -> Patterns:
    try:
        return Patterns.of(texts or ["**"])
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _show(made: NewKey, *, plain: bool) -> None:
    if plain:
        print(made.text)
        return
    record = made.record
    print(f"Key {record.key_id} for {record.name!r}, role {record.role},")
    print(f"expires {date(record.expires_unix_s)}. It is shown this once; keep it safe:")
    print()
    print(f"  {made.text}")
    print()
    print("Send it as:  Authorization: Bearer <key>")


def _object(record: KeyRecord, used: float | None) -> dict[str, object]:
    return {
        "key_id": record.key_id,
        "name": record.name,
        "role": record.role,
        "tenant": record.tenant,
        "robots": record.robots.texts(),
        "created_unix_s": record.created_unix_s,
        "expires_unix_s": record.expires_unix_s,
        "last_used_unix_s": used,
    }


if __name__ == "__main__":
    sys.exit(main())
