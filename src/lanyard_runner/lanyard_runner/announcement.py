"""What the demo says when it is up, to people and to programs."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Announcement:
    """The way in: URL, robots, key; and the pid of each node by name."""

    url: str
    robot_ids: Sequence[str]
    api_key: str
    pids: Mapping[str, int]
    rosbridge_url: str | None = None

    def text(self) -> str:
        """For people, with a line to paste."""
        robots = "robot   " if len(self.robot_ids) == 1 else "robots  "
        return (
            "\n"
            f"  page     {self.url}/dashboard/#key={self.api_key}\n"
            f"  URL      {self.url}\n"
            f"  ROS      {self.rosbridge_url or 'not served'}   (rosbridge)\n"
            f"  {robots} {', '.join(self.robot_ids)}\n"
            f"  API key  {self.api_key}   (new at each start, for this machine only)\n"
            "\n"
            f"  curl -H 'Authorization: Bearer {self.api_key}' \\\n"
            f"      {self.url}/api/v1/robots/{self.robot_ids[0]}/status\n"
            "\n"
            f"  Ctrl-C stops the {robots.strip()} first, then everything.\n"
        )

    def json(self) -> str:
        """For programs: what READY_FILE holds."""
        content = {
            "url": self.url,
            "rosbridge_url": self.rosbridge_url,
            "robot_id": self.robot_ids[0],
            "robot_ids": list(self.robot_ids),
            "api_key": self.api_key,
            "pids": dict(self.pids),
        }
        return json.dumps(content, indent=2) + "\n"


def write_ready_file(path: Path, announcement: Announcement) -> None:
    """Write ``path`` so that it appears whole, readable by its owner alone (it holds the key)."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(announcement.json())
    draft.replace(path)


def failure_line(name: str, code: int) -> str:
    """How a node ended, for people."""
    if code < 0:
        return f"{name} was ended by {signal.Signals(-code).name}; its messages are above"
    return f"{name} ended with code {code}; its messages are above"
