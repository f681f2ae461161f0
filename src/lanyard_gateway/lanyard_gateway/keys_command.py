"""The command ``keys``: make, list and revoke API keys, on the machine that keeps their file.

A key's text is printed once, when it is made, and kept nowhere. A running gateway takes changes up
within a second. Needs no ROS.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from lanyard_core.access.keys import ID_BYTES, SECRET_BYTES, KeyRecord, NewKey, make_key
from lanyard_core.access.scopes import Role
from lanyard_core.faults import BadConfiguration
from lanyard_gateway.doors import key_file

DEFAULT_FILE = Path("~/.local/state/lanyard/keys.json")
_DAY_S = 86_400.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 0 when it did what was asked, 1 when not, 2 for a typo."""
    options = _parser().parse_args(arguments)
    path: Path = options.file.expanduser()
    try:
        if options.action == "create":
            return _create(path, options)
        if options.action == "revoke":
            return _revoke(path, options.key_id)
        return _list(path)
    except BadConfiguration as fault:
        for problem in fault.problems:
            _say_error(problem)
    except OSError as error:
        _say_error(f"{path}: {error.strerror}")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="keys", description="Make, list and revoke API keys.")
    parser.add_argument(
        "--file", type=Path, default=DEFAULT_FILE, help="the key file (default: %(default)s)"
    )
    actions = parser.add_subparsers(dest="action", required=True)
    create = actions.add_parser("create", help="make a key and print it, this once")
    create.add_argument("--name", required=True, help="who or what will use it")
    create.add_argument("--role", required=True, choices=[role.value for role in Role])
    create.add_argument("--days", type=_days, help="days until it expires (default: never)")
    create.add_argument("--plain", action="store_true", help="print nothing but the key")
    actions.add_parser("list", help="show every key, without its secret")
    revoke = actions.add_parser("revoke", help="make a key useless")
    revoke.add_argument("key_id", help="the 10 letters that `keys list` shows")
    return parser


def _days(text: str) -> float:
    days = float(text)
    if not 0 < days <= 3650:
        raise argparse.ArgumentTypeError("must be above 0 and at most 3650")
    return days


def create_key(path: Path, *, role: Role, name: str, days: float | None = None) -> NewKey:
    """Make a key and put it into the file. Raises BadConfiguration, OSError."""
    now = time.time()
    made = make_key(
        id_entropy=secrets.token_bytes(ID_BYTES),
        secret_entropy=secrets.token_bytes(SECRET_BYTES),
        role=role,
        name=name,
        now_unix_s=now,
        expires_unix_s=None if days is None else now + days * _DAY_S,
    )
    key_file.change(path, lambda records: [*records, made.record])
    return made


def _create(path: Path, options: argparse.Namespace) -> int:
    made = create_key(path, role=Role(options.role), name=options.name, days=options.days)
    if options.plain:
        print(made.text)
        return 0
    print(f"Key {made.record.key_id} for {made.record.name!r}, role {made.record.role},")
    print(f"expires {_date(made.record.expires_unix_s)}. It is shown this once; keep it safe:")
    print()
    print(f"  {made.text}")
    print()
    print("Send it as:  Authorization: Bearer <key>")
    return 0


def _list(path: Path) -> int:
    records = key_file.read(path)
    if not records:
        print(f"There are no keys in {path}; make one with `keys create`.")
        return 0
    print(f"{'KEY':10}  {'ROLE':10}  {'CREATED':10}  {'EXPIRES':10}  NAME")
    for record in records:
        print(
            f"{record.key_id:10}  {record.role:10}  {_date(record.created_unix_s):10}  "
            f"{_date(record.expires_unix_s):10}  {record.name}"
        )
    return 0


def _revoke(path: Path, key_id: str) -> int:
    found: list[KeyRecord] = []

    def without(records: Sequence[KeyRecord]) -> Sequence[KeyRecord]:
        found.extend(record for record in records if record.key_id == key_id)
        return [record for record in records if record.key_id != key_id]

    key_file.change(path, without)
    if not found:
        _say_error(f"there is no key {key_id} in {path}; see `keys list`")
        return 1
    print(f"Key {key_id} ({found[0].name!r}) is revoked.")
    return 0


def _date(unix_s: float | None) -> str:
    if unix_s is None:
        return "never"
    return datetime.fromtimestamp(unix_s, timezone.utc).strftime("%Y-%m-%d")


def _say_error(message: str) -> None:
    print(f"keys: {message}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
