"""When the demo is up: the gateway has written its ready file, and ``/readyz`` answers 200.

Looks once per call and never waits longer than a second; the caller asks again.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ASK_TIMEOUT_S = 1.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """``url`` once the gateway listens; ``waiting_for`` is empty when all is up."""

    url: str | None
    waiting_for: str


def look(gateway_file: Path) -> Readiness:
    """How far the start has come."""
    try:
        url = str(json.loads(gateway_file.read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError):
        return Readiness(None, "the gateway to listen")
    return Readiness(url, _missing(url))


def _missing(url: str) -> str:
    """What ``/readyz`` misses: empty when it answers 200."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=ASK_TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        body = response.read(65536)
    except (OSError, http.client.HTTPException):
        return "the gateway to answer"
    finally:
        connection.close()
    return "" if response.status == http.HTTPStatus.OK else _failed_checks(body)


def _failed_checks(body: bytes) -> str:
    try:
        checks = json.loads(body)["checks"]
        failed = [name for name, state in checks.items() if state not in (True, "ok")]
    except (ValueError, KeyError, AttributeError, TypeError):
        failed = []
    return ", ".join(failed) or "the gateway's checks"
