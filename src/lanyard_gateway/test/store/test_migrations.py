"""Steps that bring a store up to date: what they build, what they keep, and what they refuse."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys

import pytest
from sqlalchemy import create_engine, inspect

from lanyard_core.faults import BadConfiguration
from lanyard_gateway.store import migrate
from lanyard_gateway.store.tables import metadata
from lanyard_gateway.store.task_store import SqlTaskStore

FIRST_SCHEMA = """
CREATE TABLE schema_version (version INTEGER NOT NULL);
INSERT INTO schema_version VALUES (1);
CREATE TABLE tasks (
  seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, task_id VARCHAR(64) NOT NULL UNIQUE,
  task_type VARCHAR(64) NOT NULL, robot_id VARCHAR(64) NOT NULL, parameters_json TEXT NOT NULL,
  priority INTEGER NOT NULL, timeout_s FLOAT NOT NULL, status VARCHAR(16) NOT NULL,
  version INTEGER NOT NULL, attempt INTEGER NOT NULL, created_unix_s FLOAT NOT NULL,
  started_unix_s FLOAT, finished_unix_s FLOAT, goal_id VARCHAR(36), phase VARCHAR(64) NOT NULL,
  result_json TEXT, error_json TEXT, distance_m FLOAT NOT NULL, run_s FLOAT,
  feedback_count INTEGER NOT NULL);
CREATE INDEX tasks_by_status ON tasks (status, seq);
CREATE INDEX tasks_by_robot ON tasks (robot_id, seq);
CREATE INDEX tasks_by_type ON tasks (task_type, seq);
CREATE TABLE task_events (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, task_id VARCHAR(64) NOT NULL,
  at_unix_s FLOAT NOT NULL, event VARCHAR(32) NOT NULL, status VARCHAR(16) NOT NULL,
  detail TEXT NOT NULL);
CREATE INDEX ix_task_events_task_id ON task_events (task_id);
CREATE TABLE receipts (
  scope VARCHAR(320) NOT NULL PRIMARY KEY, fingerprint VARCHAR(64) NOT NULL,
  task_id VARCHAR(64) NOT NULL, answer_json TEXT NOT NULL, at_unix_s FLOAT NOT NULL);
CREATE INDEX ix_receipts_at_unix_s ON receipts (at_unix_s);
INSERT INTO tasks VALUES (1, 't-1', 'wait', 'arm-001', '{}', 1, 300.0, 'running', 2, 1, 100.0,
  101.0, NULL, '00000000-0000-0000-0000-000000000007', '', NULL, NULL, 0.0, NULL, 0);
INSERT INTO tasks VALUES (2, 't-2', 'wait', 'arm-001', '{}', 1, 300.0, 'queued', 1, 1, 102.0,
  NULL, NULL, NULL, '', NULL, NULL, 0.0, NULL, 0);
INSERT INTO task_events VALUES (1, 't-1', 100.0, 'submitted', 'queued', '');
INSERT INTO task_events VALUES (2, 't-2', 102.0, 'submitted', 'queued', '');
INSERT INTO task_events VALUES (3, 't-1', 101.0, 'dispatched', 'running', 'goal');
"""


def run_sql(path, script: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()


def described(engine) -> dict[str, object]:
    """Tables with their columns and indexes, as the database itself tells of them."""
    inspector = inspect(engine)
    return {
        name: (
            sorted((c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(name)),
            sorted(
                (i["name"], tuple(i["column_names"]), bool(i["unique"]))
                for i in inspector.get_indexes(name)
            ),
        )
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }


def test_the_steps_build_what_the_tables_module_says(store_path):
    SqlTaskStore.open(store_path).close()
    built = create_engine(f"sqlite:///{store_path}")
    wanted = create_engine("sqlite://")
    metadata.create_all(wanted)
    assert described(built) == described(wanted)
    built.dispose()
    wanted.dispose()


def test_the_steps_build_the_same_on_postgresql(server):
    url = server.new_database()
    SqlTaskStore.open_url(url).close()
    built = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    made_here = create_engine(server.new_database().replace("postgresql:", "postgresql+psycopg:"))
    metadata.create_all(made_here)
    assert described(built) == described(made_here)
    built.dispose()
    made_here.dispose()


async def test_a_store_of_the_first_version_keeps_its_tasks_and_their_history(store_path):
    run_sql(store_path, FIRST_SCHEMA)
    store = SqlTaskStore.open(store_path)
    running, queued = await store.unfinished()
    assert (running.task_id, running.assigned_robot_id) == ("t-1", "arm-001")
    assert (queued.task_id, queued.order.max_attempts) == ("t-2", 1)
    history = await store.history("t-1")
    assert [(record.number, record.event) for record in history] == [
        (1, "submitted"), (2, "dispatched"),
    ]  # fmt: skip
    store.close()
    SqlTaskStore.open(store_path).close()


def test_a_store_of_a_newer_version_is_refused_and_left_alone(store_path):
    SqlTaskStore.open(store_path).close()
    run_sql(store_path, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(BadConfiguration) as refusal:
        SqlTaskStore.open(store_path)
    assert "upgrade" in refusal.value.problems[0]
    connection = sqlite3.connect(store_path)
    [[version]] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    connection.close()
    assert version == "9999"


def test_a_step_that_fails_leaves_the_store_as_it_was(store_path):
    run_sql(store_path, FIRST_SCHEMA)
    run_sql(store_path, "CREATE TABLE gateways (in_the_way INTEGER)")
    with pytest.raises(BadConfiguration):
        SqlTaskStore.open(store_path)
    connection = sqlite3.connect(store_path)
    tables = json.dumps(connection.execute("SELECT name FROM sqlite_master").fetchall())
    connection.close()
    assert "schema_version" in tables
    assert "alembic_version" not in tables


def test_a_store_that_is_up_to_date_is_opened_without_the_tool_for_steps(tmp_path):
    # It takes 11 MB for as long as the gateway runs.
    path = tmp_path / "tasks.db"
    SqlTaskStore.open(path).close()
    script = (
        "import sys, pathlib; from lanyard_gateway.store.task_store import SqlTaskStore;"
        f"SqlTaskStore.open(pathlib.Path({str(path)!r})).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("False\n", 0), done.stderr


def test_the_newest_step_is_known_by_its_file():
    assert migrate._newest_step() == max(
        path.read_text().partition('revision = "')[2].partition('"')[0]
        for path in migrate._STEPS.glob("versions/r*.py")
    )
