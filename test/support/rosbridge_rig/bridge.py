"""The bridge in a process of its own, with keys of several roles."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml
from waiting import DEADLINE_S
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from lanyard_core.access.keys import ID_BYTES, SECRET_BYTES, make_key
from lanyard_core.access.scopes import Scope
from lanyard_gateway.doors import key_file

ALL = ["**"]
POLICY = {
    "version": 1,
    "roles": {
        "panel": {
            "scopes": [scope.value for scope in Scope],
            "robots": ALL,
            "requests_per_s": 1000,
            "topics": {"subscribe": ALL, "publish": [*ALL, "/cmd_vel"]},
            "services": {"call": ALL, "advertise": ALL},
            "actions": {"send_goal": ALL, "advertise": ALL},
            "params": {"read": ALL, "write": ALL},
        },
        "looker": {"scopes": ["rosbridge", "ros:read"], "topics": {"subscribe": ["/chatter"]}},
        "stranger": {"scopes": ["robots:read"], "robots": ALL},
        "seldom": {"scopes": ["rosbridge"], "robots": ALL, "requests_per_s": 1},
    },
}


class Bridge:
    """The bridge in a process of its own."""

    def __init__(self, folder: Path, domain_id: int, *, origin: str) -> None:
        self.folder = folder
        self._origin = origin
        self.keys: dict[str, str] = {}
        self._ready = folder / "ready.json"
        (folder / "policy.yaml").write_text(yaml.safe_dump(POLICY), encoding="utf-8")
        for role in POLICY["roles"]:
            self.keys[role] = self.make_key(role)
        self.environment = {**os.environ, "ROS_DOMAIN_ID": str(domain_id), "PYTHONUNBUFFERED": "1"}
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def make_key(self, role: str) -> str:
        """A new key of a role."""
        new = make_key(
            id_entropy=secrets.token_bytes(ID_BYTES),
            secret_entropy=secrets.token_bytes(SECRET_BYTES),
            role=role, name=secrets.token_hex(4), now_unix_s=time.time(),
        )  # fmt: skip
        key_file.change(self.folder / "keys.json", lambda known: [*known, new.record])
        return new.text

    @property
    def pid(self) -> int:
        """The id of its process."""
        assert self._process is not None
        return self._process.pid

    def memory_bytes(self) -> int:
        """What its process holds now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    @property
    def log(self) -> str:
        """What it has printed."""
        return (self.folder / "server.log").read_text(encoding="utf-8")

    def start(self, port: int = 0) -> None:
        """Start it and wait until it serves."""
        parameters = {
            "port": port, "state_dir": self.folder, "policy_file": self.folder / "policy.yaml",
            "ready_file": self._ready, "allowed_origins": f'["{self._origin}"]',
        }  # fmt: skip
        arguments = [word for item in parameters.items() for word in ("-p", "{}:={}".format(*item))]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "lanyard_rosbridge.main", "--ros-args", *arguments],
                env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + 2 * DEADLINE_S
        while not self._ready.exists():
            assert self._process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.02)
        self.url = json.loads(self._ready.read_text())["rosbridge_url"]

    def stop(self) -> int:
        """Stop it as an operator would; its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(DEADLINE_S)

    def come_back(self) -> None:
        """Start it again where it was."""
        self.start(port=int(self.url.rpartition(":")[2]))

    def lets_in(self, headers: dict[str, str]) -> bool:
        """Whether a client with these headers may connect."""
        try:
            with connect(self.url, additional_headers=headers, proxy=None):
                return True
        except InvalidStatus:
            return False

    def connect(self, role: str = "panel", **options: Any) -> ClientConnection:
        """A bare WebSocket to it."""
        headers = {"Authorization": f"Bearer {self.keys[role]}"}
        return connect(
            self.url,
            additional_headers=headers,
            compression=None,
            proxy=None,
            max_size=None,
            **options,
        )
