"""Brings a task store up to date, in the transaction of the caller: all steps or none."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import Connection, inspect

from lanyard_core.faults import BadConfiguration

logging.getLogger("alembic").setLevel(logging.WARNING)  # each start is no news

_FIRST = "0001"
_NEWEST = "head"
_STEPS = Path(__file__).with_name("migrations")


def bring_up_to_date(connection: Connection) -> None:
    """Carry out the steps that this store has not seen yet.

    Raises BadConfiguration when a newer Lanyard wrote it.
    """
    tables = inspect(connection).get_table_names()
    steps_have_names = "alembic_version" in tables
    if steps_have_names and _last_step(connection) == _newest_step():
        return
    is_older = "schema_version" in tables and not steps_have_names
    _carry_out_steps(connection, start_at=_FIRST if is_older else None)


def _last_step(connection: Connection) -> object:
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _newest_step() -> str:
    """Every step's file begins with r and its number."""
    return max(path.name for path in (_STEPS / "versions").glob("r*_*.py"))[1:].partition("_")[0]


def _carry_out_steps(connection: Connection, *, start_at: str | None) -> None:
    # Here, because it takes 11 MB, and nearly every start finds the store up to date.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_STEPS))
    config.attributes["connection"] = connection
    try:
        if start_at is not None:  # from before steps had names
            command.stamp(config, start_at)
            connection.exec_driver_sql("DROP TABLE schema_version")
        command.upgrade(config, _NEWEST)
    except CommandError as error:
        raise BadConfiguration(
            [f"the task store was written by a newer Lanyard ({error}): upgrade this one"]
        ) from error
