"""When the demo is up: the gateway has written its ready file, and ``/readyz`` has only good news.

That is more than a 200: a gateway is ready without its robots, the demo is not. Looks once per
call and never waits longer than a second; the caller asks again.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ASK_TIMEOUT_S = 1.0
LONGEST_ANSWER_BYTES = 65536


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


def rosbridge_url_of(gateway_file: Path) -> str | None:
    """Where the gateway serves rosbridge on a port of its own, as its ready file says."""
    found = json.loads(gateway_file.read_text(encoding="utf-8")).get("rosbridge_url")
    return None if found is None else str(found)


def _missing(url: str) -> str:
    """What is still missing, by ``/readyz``; empty when nothing is."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=ASK_TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        body = response.read(LONGEST_ANSWER_BYTES)
    except (OSError, http.client.HTTPException):
        return "the gateway to answer"
    finally:
        connection.close()
    failed = _failed_checks(body)
    if failed or response.status == http.HTTPStatus.OK:
        return failed
    return "the gateway's checks"


def _failed_checks(body: bytes) -> str:
    """The checks that are not ok, such as ``controller (offline: arm-001)``."""
    try:
        checks = json.loads(body)["checks"]
        return ", ".join(f"{name} ({state})" for name, state in checks.items() if state != "ok")
    except (ValueError, KeyError, AttributeError, TypeError):
        return ""
