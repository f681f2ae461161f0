"""An HTTP connection that can be cut: for streams that nobody reads.

Like ``socket_line`` for WebSockets: uvicorn's protocol is given what ASGI does not have. A stream
whose client takes nothing would hold its connection, and what is buffered for it, for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_EXTENSION = "lanyard.cut"


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, which tells each request how to cut its connection."""

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        cast("dict[str, object]", self.scope)["extensions"] = {_EXTENSION: self.transport.abort}


def cut_of(scope: Scope) -> Callable[[], None]:
    """What cuts the connection of a request at once."""
    return cast("Callable[[], None]", scope["extensions"][_EXTENSION])
