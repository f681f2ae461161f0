"""Builds the page: ``python -m lanyard_dashboard.building``, in a checkout, as `make setup` does.

Runs npm, and only when something has changed: ``npm ci`` for another lock file, the bundler for
another source. Robots and other machines without Node use what was built elsewhere; the built files
are part of the installed package.
"""

from __future__ import annotations

import hashlib
import os
import pathlib
import subprocess
import sys
from collections.abc import Callable, Iterable

from lanyard_dashboard import built_folder, static_folder
from lanyard_dashboard.node import npm_command

SOURCES = pathlib.Path(__file__).resolve().parents[1] / "page"
_LIBRARIES = "node_modules"
_STAMP = ".made-from"


def build(sources: pathlib.Path = SOURCES, *, run: Callable[..., object] | None = None) -> bool:
    """Make the page as its sources have it; False when it was so already.

    Raises RuntimeError when there are no sources or no Node, and CalledProcessError when npm fails.
    """
    if not (sources / "package-lock.json").is_file():
        raise RuntimeError(f"{sources} is not there: the page is built in a checkout of Lanyard")
    lock = _digest([sources / "package.json", sources / "package-lock.json"])
    libraries = sources / _LIBRARIES
    is_changed = _stamp_of(libraries) != lock
    if is_changed:
        _npm(sources, run, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        (libraries / _STAMP).write_text(lock)
    made_from = _digest(_source_files(sources))
    if not is_changed and _stamp_of(built_folder()) == made_from:
        return False
    _npm(sources, run, "run", "--silent", "build")
    (built_folder() / _STAMP).write_text(made_from)
    return True


def _npm(sources: pathlib.Path, run: Callable[..., object] | None, *arguments: str) -> None:
    npm = npm_command()
    # npm's scripts start `node` by its name.
    path = os.pathsep.join([str(pathlib.Path(npm[0]).parent), os.environ.get("PATH", "")])
    (run or subprocess.run)(
        [*npm, *arguments], cwd=sources, check=True, env={**os.environ, "PATH": path}
    )


def _source_files(sources: pathlib.Path) -> list[pathlib.Path]:
    own = (path for path in sources.rglob("*") if _LIBRARIES not in path.parts)
    client = (static_folder() / "lanyard").rglob("*")
    return sorted(path for path in (*own, *client) if path.is_file())


def _digest(files: Iterable[pathlib.Path]) -> str:
    total = hashlib.sha256()
    for path in files:
        total.update(f"{path.name}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _stamp_of(folder: pathlib.Path) -> str:
    stamp = folder / _STAMP
    return stamp.read_text() if stamp.is_file() else ""


def main() -> int:
    """Build the page; the process's exit code."""
    try:
        print("page: built" if build() else "page: nothing has changed")
    except (RuntimeError, subprocess.CalledProcessError) as error:
        print(f"page: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
