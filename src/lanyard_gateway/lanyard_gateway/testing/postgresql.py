"""A PostgreSQL server of a test's own: in a scratch folder, on a Unix socket, gone afterwards.

    with ScratchServer() as server:
        store = SqlTaskStore.open_url(server.new_database())

It needs PostgreSQL's programs (Debian and Ubuntu: ``apt-get install postgresql``), not a server
that runs. A test that is run by root starts it as the user ``postgres``: it refuses to be root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

_DEADLINE_S = 30.0
_USER = "postgres"


def find_programs() -> Path | None:
    """The folder of ``initdb`` and ``postgres``, the newest that there is; None when there is none.

    Debian keeps them out of the PATH.
    """
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda folder: int(folder.parent.name), default=None)


class ScratchServer:
    """See the module's docstring; ``start`` and ``kill`` are for tests of a server that crashes."""

    def __init__(self) -> None:
        programs = find_programs()
        if programs is None:
            raise FileNotFoundError(
                "PostgreSQL is not installed; run `make setup`, or apt-get install postgresql"
            )
        self._programs = programs
        self._as_user: dict[str, Any] = {}
        # Short, because the path of a Unix socket may not be longer than about 100 characters.
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        if os.geteuid() == 0:
            entry = pwd.getpwnam(_USER)
            self._as_user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
            os.chown(self._folder, entry.pw_uid, entry.pw_gid)
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0

    def __enter__(self) -> ScratchServer:
        self._run("initdb", "-D", "data", "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        deadline = time.monotonic() + _DEADLINE_S
        # After a crash it refuses to start until the last worker of the one before has gone.
        while not self._has_started(deadline):
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {self.log()}")
            time.sleep(0.05)

    def _has_started(self, deadline: float) -> bool:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own arguments
                [
                    self._programs / "postgres", "-D", "data", "-k", self._folder,
                    "-c", "listen_addresses=", "-c", "max_connections=50",
                ],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                **self._as_user,
            )  # fmt: skip
        ready: list[str | Path] = [self._programs / "pg_isready", "-q", "-h", self._folder]
        while self._process.poll() is None and time.monotonic() < deadline:
            if subprocess.run(ready, check=False).returncode == 0:  # noqa: S603
                return True
            time.sleep(0.02)
        return False

    def kill(self) -> None:
        """End it as a crash would; what was committed is there again after ``start``."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def new_database(self) -> str:
        """The URL of an empty database."""
        self._databases += 1
        name = f"test_{self._databases}"
        self.execute(f"CREATE DATABASE {name}")
        return f"postgresql://{_USER}@/{name}?host={self._folder}"

    def execute(self, sql: str, *, database: str = "postgres") -> str:
        """Run SQL as the superuser; what ``psql`` prints, without frills."""
        done = self._run(
            "psql", "-h", str(self._folder), "-U", _USER, "-d", database, "-XAtqc", sql
        )
        return done.stdout.strip()

    def cut_connections(self) -> None:
        """End every connection, as a network that fails would."""
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )

    def log(self) -> str:
        """What the server has printed."""
        return (self._folder / "log").read_text(errors="replace")

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(  # noqa: S603 - our own arguments
            [self._programs / program, *arguments],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
            **self._as_user,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stderr.strip()}")
        return done
