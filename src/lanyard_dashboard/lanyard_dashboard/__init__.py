"""The page that shows robots at a glance, and from which they are driven and stopped: static files.

The gateway serves ``static_folder()``. The page talks to the gateway's REST interface and sockets
like any other client; it holds no rule of its own. Its program is bundled by npm from the sources
in ``page/`` (`make setup`, or ``python -m lanyard_dashboard.building``).
"""

from __future__ import annotations

import pathlib

HOW_TO_BUILD = (
    "run `make setup` in a checkout of Lanyard, which builds it (and brings Node.js where there is"
    " none), or install a release, which has it built"
)


def static_folder() -> pathlib.Path:
    """The folder with ``index.html``, the JavaScript client, and what was built."""
    return pathlib.Path(__file__).resolve().parent / "static"


def built_folder() -> pathlib.Path:
    """The folder with the page's program, made by npm."""
    return static_folder() / "built"


def is_built() -> bool:
    """Whether the page's program is there."""
    return (built_folder() / "app.js").is_file()
