"""Records a piece of work, cuts the power at many points of it, and looks at what is left."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lanyard_tasks.journal import Journal
from power_loss.disk import Disk, Op, read_log

HERE = Path(__file__).parent
PROMISED = "promised"

Look = Callable[[Path, Sequence[str]], list[str]]
"""From what is left and what was promised to what is wrong, in words."""


@dataclass(slots=True)
class Replayed:
    """What was found."""

    points: int = 0
    promises: int = 0
    wrong: list[str] = field(default_factory=list)


def recorded(scratch: Path, what: str, *, synchronous: str = "FULL", count: int = 60) -> list[Op]:
    """What ``work`` does to its files."""
    shim, log, folder = scratch / "shim.so", scratch / "log", scratch / "files"
    build = ["cc", "-shared", "-fPIC", "-O1", "-o", shim, HERE / "shim.c", "-ldl", "-pthread"]
    subprocess.run(build, check=True)
    folder.mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")]),
        "LD_PRELOAD": str(shim),
        "POWER_LOSS_LOG": str(log),
        "POWER_LOSS_FOLDER": str(folder),
    }
    command = [sys.executable, "-m", "power_loss.work", what, folder, synchronous, str(count)]
    subprocess.run(command, env=environment, check=True)
    return list(read_log(log.read_bytes()))


def replayed(ops: Sequence[Op], scratch: Path, look: Look, *, points: int, seed: int) -> Replayed:
    """Cut the power at ``points`` points, drawn from ``seed``; each time another part is left."""
    rng = random.Random(seed)
    cuts = sorted(rng.choices(range(1, len(ops) + 1), k=points))
    disk, found = Disk(), Replayed()
    promised: list[str] = []
    at = 0
    for number, cut in enumerate(cuts):
        for op in ops[at:cut]:
            if Path(op.path).name == PROMISED:
                promised += op.data.decode().split("\n")[:-1]
            else:
                disk.take(op)
        at = cut
        left = scratch / f"left-{number % 2}"
        _lay_out(disk.after_power_loss(rng), left)
        found.wrong += [f"cut after {cut} of {len(ops)}: {words}" for words in look(left, promised)]
        found.points += 1
    found.promises = sum(op.data.count(b"\n") for op in ops if Path(op.path).name == PROMISED)
    return found


def look_at_store(left: Path, promised: Sequence[str]) -> list[str]:
    """Every task that was promised is there, as far on as was promised, with all its history."""
    if not promised:
        return []
    versions = {name: int(version) for name, version in (line.split() for line in promised)}
    try:
        with contextlib.closing(sqlite3.connect(left / "tasks.sqlite3")) as database:
            state = database.execute("PRAGMA integrity_check").fetchone()[0]
            rows = dict(database.execute("SELECT task_id, version FROM tasks"))
            lines = dict(
                database.execute("SELECT task_id, count(*) FROM task_events GROUP BY task_id")
            )
            kept = {row[0] for row in database.execute("SELECT task_id FROM receipts")}
    except sqlite3.Error as error:
        return [f"all of {len(versions)} was lost: the store cannot be read: {error}"]
    wrong = [f"{name} was lost" for name in versions if name not in rows]
    wrong += [
        f"{name} fell back to {rows[name]}"
        for name, version in versions.items()
        if rows.get(name, version) < version
    ]
    wrong += [f"{name} has a torn history" for name in rows if rows[name] != lines.get(name)]
    wrong += [f"{name} and its receipt were torn apart" for name in kept ^ set(rows)]
    return wrong if state == "ok" else [*wrong, f"integrity: {state}"]


def look_at_journal(left: Path, promised: Sequence[str]) -> list[str]:
    """Every goal that was begun is known, and every one that was told as ended has its end."""
    journal = Journal(left / "robot.jsonl")
    try:
        wrong = []
        for goal, what in (line.split() for line in promised):
            if goal not in journal:
                wrong.append(f"goal {goal} was {what} and is not known")
            elif what == "ended" and journal.end_of(goal).result_json == "{}":
                wrong.append(f"goal {goal} has ended, and its end is not known")
        return wrong
    finally:
        journal.close()


def _lay_out(files: dict[str, bytes], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink(missing_ok=True)
    for path, content in files.items():
        (folder / Path(path).name).write_bytes(content)
