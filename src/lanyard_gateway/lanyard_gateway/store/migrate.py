"""Brings a task store up to date, in the transaction of the caller: all steps or none."""

from __future__ import annotations

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, inspect

from lanyard_core.faults import BadConfiguration

logging.getLogger("alembic").setLevel(logging.WARNING)  # each start is no news

_FIRST = "0001"
_NEWEST = "head"


def bring_up_to_date(connection: Connection) -> None:
    """Carry out the steps that this store has not seen yet.

    Raises BadConfiguration when a newer Lanyard wrote it.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    try:
        if _is_from_before_steps_had_names(connection):
            command.stamp(config, _FIRST)
            connection.exec_driver_sql("DROP TABLE schema_version")
        command.upgrade(config, _NEWEST)
    except CommandError as error:
        raise BadConfiguration(
            [f"the task store was written by a newer Lanyard ({error}): upgrade this one"]
        ) from error


def _is_from_before_steps_had_names(connection: Connection) -> bool:
    tables = inspect(connection).get_table_names()
    return "schema_version" in tables and "alembic_version" not in tables
