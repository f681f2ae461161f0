"""Where a credential may stand: never in a URL, but for a rosbridge ticket."""

import pytest
from starlette.requests import HTTPConnection

from lanyard_core.faults import Unauthenticated
from lanyard_gateway.web.credentials import Kind, shown


def asked(path, *, kind="websocket", query="ticket=abc", headers=()):
    return HTTPConnection(
        {"type": kind, "path": path, "query_string": query.encode(), "headers": list(headers)}
    )


def test_a_rosbridge_ticket_may_stand_in_the_url():
    found = shown(asked("/rosbridge"))
    assert (found.kind, found.text, found.in_header) == (Kind.TICKET, "abc", False)


@pytest.mark.parametrize(
    "connection",
    [
        asked("/ws/events"),
        asked("/rosbridge", kind="http"),
        asked("/rosbridge", query="access_token=abc"),
        asked("/rosbridge", query="ticket=abc&ticket=def"),
        asked("/rosbridge", headers=[(b"authorization", b"Bearer lyd_x")]),
    ],
    ids=["another socket", "a request", "another word", "two tickets", "a key as well"],
)
def test_everything_else_in_a_url_is_no_credential(connection):
    with pytest.raises(Unauthenticated):
        shown(connection)
