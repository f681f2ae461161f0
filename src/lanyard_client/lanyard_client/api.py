"""The gateway's REST interface: a call is answered, or raises what a person understands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import quote

import httpx

from lanyard_client.endpoint import Endpoint
from lanyard_client.errors import RequestFailed, problem_of

REQUEST_TIMEOUT_S = 10.0
_PREFIX = "/api/v1"


class Api:
    """Calls under ``/api/v1``, with the key of an endpoint. One event loop."""

    def __init__(
        self, endpoint: Endpoint, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """``transport``: for tests."""
        self._endpoint = endpoint
        self._http = httpx.AsyncClient(
            base_url=endpoint.base_url,
            headers=endpoint.headers,
            timeout=REQUEST_TIMEOUT_S,
            trust_env=False,
            verify=endpoint.tls or True,
            transport=transport,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, object] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        answers: Collection[int] = (),
    ) -> Mapping[str, object]:
        """The body of the answer.

        ``answers``: error statuses that are an answer all the same. Raises Unreachable when none
        comes, and RequestFailed with the gateway's reason when it refuses.
        """
        try:
            response = await self._http.request(
                method, _PREFIX + path, json=json, params=params, headers=headers
            )
        except httpx.TransportError as error:
            raise self._endpoint.trouble(error) from error
        if response.is_error and response.status_code not in answers:
            raise RequestFailed(response.status_code, problem_of(response.content))
        return problem_of(response.content)


def quoted(part: str) -> str:
    """A part of a path that cannot leave its place."""
    return quote(part, safe="")
