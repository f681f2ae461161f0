"""The web server of somebody whose pages use roslib."""

from __future__ import annotations

import functools
import json
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx

from rosbridge_rig.bridge import Bridge


class Site:
    """The site of a page with roslib, as somebody's web server is: files, and a ticket.

    It has the key; its pages never do.
    """

    def __init__(self, folder: Path) -> None:
        self._bridge: Bridge | None = None
        self._proxy_url = ""
        handler = functools.partial(_Handler, self, directory=str(folder))
        self._web = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self._web.serve_forever, daemon=True).start()

    @property
    def origin(self) -> str:
        """As a browser says it."""
        return f"http://127.0.0.1:{self._web.server_address[1]}"

    def lead_to(self, bridge: Bridge, *, proxy_url: str) -> None:
        """From now on its pages connect there."""
        self._bridge, self._proxy_url = bridge, proxy_url

    def address_with_ticket(self) -> str:
        """Where a page may connect, once."""
        assert self._bridge is not None
        answer = httpx.post(
            self._bridge.url.replace("ws:", "http:", 1) + "/api/v1/ws-tickets",
            json={"purpose": "rosbridge"},
            headers={"Authorization": f"Bearer {self._bridge.keys['panel']}"},
            trust_env=False,
        )
        return f"{self._proxy_url}/?ticket={answer.raise_for_status().json()['ticket']}"

    def close(self) -> None:
        self._web.shutdown()
        self._web.server_close()


class _Handler(SimpleHTTPRequestHandler):
    extensions_map: ClassVar = {
        ".html": "text/html",
        ".js": "text/javascript",
        ".mjs": "text/javascript",
    }

    def __init__(self, site: Site, *arguments: Any, **named: Any) -> None:
        self._site = site
        super().__init__(*arguments, **named)

    def do_GET(self) -> None:
        if self.path != "/ticket":
            super().do_GET()
            return
        body = json.dumps({"url": self._site.address_with_ticket()}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: a test says what went wrong."""
