"""The gateway's REST interface with a robot in memory, and only some of its layers.

Run by request_costs.py; prints one key for each line, then serves. Without ``auth`` whoever asks is
taken for an operator, which no configuration of the gateway can do.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from lanyard_core.access.keys import KeyRing, make_key
from lanyard_core.port import RobotListener
from lanyard_core.safety.states import State
from lanyard_core.task.built_in import BUILT_IN
from lanyard_core.telemetry.status import UNKNOWN_SAFETY, RobotStatus
from lanyard_gateway.audit.log import AuditLog, LogSettings
from lanyard_gateway.audit.signing import open_signer
from lanyard_gateway.dispatch.service import TaskService
from lanyard_gateway.doors.rates import Rates
from lanyard_gateway.store.task_store import SqlTaskStore
from lanyard_gateway.web.app import create_app
from lanyard_gateway.web.audit_sink import AuditSink, NoAudit
from lanyard_gateway.web.connections import ConnectionLimits
from lanyard_gateway.web.context import AppContext
from lanyard_gateway.web.scope_keys import PRINCIPAL
from lanyard_gateway.web.serve import server_config
from lanyard_gateway.web.settings import WebSettings
from lanyard_node_support.interpreter import (
    exempt_from_garbage_collection,
    shorten_switch_interval,
)

KEYS = 400  # each asks less often than it may


class StillRobot:
    """A robot that is there and does nothing."""

    robot_id, namespace = "arm-001", "/arm_001"

    def status(self) -> RobotStatus:
        """At rest."""
        safety = replace(UNKNOWN_SAFETY, state=State.IDLE, at_rest=True, age_s=0.0)
        return RobotStatus(self.robot_id, online=True, age_s=0.0, safety=safety)

    def listen(self, listener: RobotListener) -> Callable[[], None]:
        """Nothing ever happens."""
        return lambda: None

    def task_server(self) -> None:
        """It takes no tasks."""

    def serves_tasks(self) -> bool:
        """It takes no tasks."""
        return False


def main() -> int:
    """Serve until told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("layers", nargs="*", help="of auth, limit, audit")
    options = parser.parse_args()
    made = [
        make_key(
            id_entropy=os.urandom(7), secret_entropy=os.urandom(32), role="operator",
            name=f"client {number}", now_unix_s=0.0,
        )
        for number in range(KEYS)
    ]  # fmt: skip
    ring = KeyRing(key.record for key in made)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        audit = _audit(Path(folder), stack) if "audit" in options.layers else NoAudit()
        app = _app(Path(folder), ring, audit, limit="limit" in options.layers)
        if "auth" not in options.layers:
            app = _without_auth(app, ring.authenticate(made[0].text, now_unix_s=1.0))
        print("\n".join(key.text for key in made), flush=True)
        print("", flush=True)
        limits = ConnectionLimits(most=1000, most_per_address=1000)
        config = server_config(app, WebSettings(port=options.port, connections=limits))
        config.timeout_graceful_shutdown = 1
        exempt_from_garbage_collection()  # this and what follows as the gateway does
        shorten_switch_interval()
        uvloop.run(uvicorn.Server(config).serve())
    return 0


def _app(folder: Path, ring: KeyRing, audit: AuditSink, *, limit: bool) -> Any:
    robots: Any = {"arm-001": StillRobot()}
    store = SqlTaskStore.open(folder / "tasks.sqlite3")
    return create_app(
        AppContext(
            robots=robots,
            keyring=ring,
            tasks=TaskService(store=store, robots=robots, task_types=BUILT_IN),
            settings=WebSettings(),
            version="0.1.0",
            ros_alive=lambda: True,
            audit=audit,
            rates=Rates() if limit else None,
        )
    )


def _audit(folder: Path, stack: contextlib.ExitStack) -> AuditLog:
    settings = LogSettings(
        folder=folder / "audit", max_file_bytes=64 * 1024 * 1024, max_file_age_s=86_400.0,
        keep_files=366, head_every_s=60.0, head_every_entries=1000, reserve_bytes=1024 * 1024,
    )  # fmt: skip
    log = AuditLog(settings, open_signer(folder / "key.pem"), ship=lambda _: None)
    log.start()
    stack.callback(log.close)
    return log


def _without_auth(app: Any, principal: object) -> Any:
    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        scope[PRINCIPAL] = principal
        await app(scope, receive, send)

    return wrapped


if __name__ == "__main__":
    sys.exit(main())
