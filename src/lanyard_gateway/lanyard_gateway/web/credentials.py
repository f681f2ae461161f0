"""What a request or socket shows of itself: a key, a token or a ticket, and from where it is read.

From the ``Authorization`` header or, on a WebSocket, from an offered subprotocol
(``lanyard.bearer.<credential>``, ``lanyard.ticket.<ticket>``), because browsers cannot set headers.
Never from the URL, which ends up in logs; and never echoed. One exception: a ticket for rosbridge,
because roslibjs can be given a URL and nothing else. It is good once, for ten seconds.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from starlette.requests import HTTPConnection

from lanyard_core.faults import Unauthenticated

BEARER_SUBPROTOCOL = "lanyard.bearer."
TICKET_SUBPROTOCOL = "lanyard.ticket."
TICKET_IN_URL_PATH = "/rosbridge"
_SECRET_SUBPROTOCOLS = (BEARER_SUBPROTOCOL, TICKET_SUBPROTOCOL)


class Kind(Enum):
    """What a credential is, by where it stood."""

    BEARER = "bearer"
    TICKET = "ticket"


class Credential(NamedTuple):
    """A text that says who is calling; ``in_header`` is where no web page can put it."""

    kind: Kind
    text: str
    in_header: bool


def shown(connection: HTTPConnection) -> Credential:
    """The one credential of a request or socket; raises Unauthenticated for none and for two."""
    found = _in_header(connection)
    if connection.scope["type"] == "websocket":
        found += [*_in_subprotocols(connection), *_in_url(connection)]
    if len(found) > 1:
        raise Unauthenticated("there are two credentials; send one")
    if not found:
        raise Unauthenticated("no API key; send `Authorization: Bearer <key>`")
    return found[0]


def offered_protocols(connection: HTTPConnection) -> list[str]:
    """The subprotocols that a WebSocket offers, without those that carry a credential."""
    offered: list[str] = list(connection.scope.get("subprotocols", ()))
    return [protocol for protocol in offered if not protocol.startswith(_SECRET_SUBPROTOCOLS)]


def _in_header(connection: HTTPConnection) -> list[Credential]:
    headers = connection.scope["headers"]
    values = [value.decode("latin-1") for name, value in headers if name == b"authorization"]
    if not values:
        return []
    scheme, _, text = values[0].partition(" ")
    if len(values) > 1 or scheme.lower() != "bearer" or not text.strip():
        raise Unauthenticated("the Authorization header must be `Bearer <key>`, once")
    return [Credential(Kind.BEARER, text.strip(), in_header=True)]


def _in_url(connection: HTTPConnection) -> list[Credential]:
    if connection.scope["path"] != TICKET_IN_URL_PATH:
        return []
    tickets = connection.query_params.getlist("ticket")
    return [Credential(Kind.TICKET, ticket, in_header=False) for ticket in tickets]


def _in_subprotocols(connection: HTTPConnection) -> list[Credential]:
    found: list[Credential] = []
    for protocol in connection.scope.get("subprotocols", ()):
        for prefix, kind in ((BEARER_SUBPROTOCOL, Kind.BEARER), (TICKET_SUBPROTOCOL, Kind.TICKET)):
            if protocol.startswith(prefix):
                found.append(Credential(kind, str(protocol[len(prefix) :]), in_header=False))
    return found
