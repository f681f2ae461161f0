"""One page that shows the state of a robot at a glance: static files, served by the gateway.

``static_folder()`` says where they are. The page talks to the gateway's REST and telemetry socket
like any other client; it holds no rule of its own.
"""

from __future__ import annotations

import pathlib


def static_folder() -> pathlib.Path:
    """The folder with ``index.html``, ``style.css`` and the page's modules."""
    return pathlib.Path(__file__).parent / "static"
