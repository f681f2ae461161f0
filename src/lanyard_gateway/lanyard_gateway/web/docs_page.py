"""The page that shows the API to people, under ``/docs/``: everything comes from this gateway.

Swagger UI's files are those of the package fastapi-offline; nothing is fetched from elsewhere, so
that the page works on a network without a way out. It is public, like the document that it shows.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import FileResponse, RedirectResponse

from lanyard_core.faults import NotFound

HOME = "/docs/"
# Swagger UI sets styles on its elements and shows small pictures that it carries within itself.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_OURS = Path(__file__).with_name("static")
_LIBRARY = "fastapi_offline"


def install(app: FastAPI) -> None:
    """Serve the page, and lead ``/docs`` to it."""
    files = {
        "": _OURS / "docs.html",
        "docs.js": _OURS / "docs.js",
        "swagger-ui.css": _library_file("swagger-ui.css"),
        "swagger-ui-bundle.js": _library_file("swagger-ui-bundle.js"),
    }

    async def home() -> RedirectResponse:
        return RedirectResponse(HOME)

    async def file(name: str = "") -> FileResponse:
        path = files.get(name)
        if path is None:
            raise NotFound(
                "there is no such file; see /docs/ (it needs the package fastapi-offline)"
            )
        return FileResponse(path, headers=_HEADERS)

    app.add_api_route(HOME.rstrip("/"), home, include_in_schema=False)
    app.add_api_route(HOME + "{name}", file, include_in_schema=False)
    app.add_api_route(HOME, file, include_in_schema=False)


def _library_file(name: str) -> Path | None:
    """A file of Swagger UI; None where its package is not installed."""
    spec = find_spec(_LIBRARY)
    folders = spec.submodule_search_locations if spec is not None else None
    path = Path(next(iter(folders))) / "static" / name if folders else None
    return path if path is not None and path.is_file() else None
