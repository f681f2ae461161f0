"""The dashboard's files, under ``/dashboard/``.

The page itself is public: it holds no data. What it shows it asks of the API, with the key that the
operator gives it; the key stays in the browser's tab and is never part of a URL that is sent.
"""

from __future__ import annotations

import logging

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from lanyard_dashboard import HOW_TO_BUILD, is_built, static_folder

_log = logging.getLogger(__name__)

HOME = "/dashboard/"

# Only our own files and sockets: a script that got into the page could drive the robot.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class _Pages(StaticFiles):
    """Static files with the headers that a page needs; always revalidated."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
                headers["Referrer-Policy"] = "no-referrer"
                headers["Cache-Control"] = "no-cache"
            await send(message)

        await super().__call__(scope, receive, with_headers)


def install(app: FastAPI) -> None:
    """Serve the dashboard, and lead ``/`` and ``/dashboard`` to it; say so when it is not built."""

    async def home() -> RedirectResponse:
        return RedirectResponse(HOME)

    for path in ("/", HOME.rstrip("/")):
        app.add_api_route(path, home, include_in_schema=False)
    if not is_built():
        _log.warning("the dashboard's page is not built: %s", HOW_TO_BUILD)
        app.add_api_route(HOME, _not_built, include_in_schema=False)
    app.mount(HOME.rstrip("/"), _Pages(directory=static_folder(), html=True), name="dashboard")


async def _not_built() -> PlainTextResponse:
    """What a browser shows in place of the page."""
    return PlainTextResponse(
        f"The dashboard's page is not built on this machine: {HOW_TO_BUILD}.\n"
        "Everything else of the gateway works.\n",
        status_code=503,
    )
