"""A gateway as a client needs to know it: where it is, how to believe it, and the key to it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from lanyard_client.errors import BadSettings, Unreachable, Untrusted
from lanyard_client.trust import Trust, distrust_in_words

_SOCKET_SCHEMES = {"http": "ws", "https": "wss"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A gateway and the key to it. The key is not shown when this is printed.

    ``tls`` is None for a gateway that is reached in plain text.
    """

    base_url: str
    api_key: str
    tls: ssl.SSLContext | None = None

    def __repr__(self) -> str:
        return f"Endpoint({self.base_url!r})"

    @property
    def headers(self) -> dict[str, str]:
        """The headers that say who asks."""
        return {"Authorization": f"Bearer {self.api_key}"}

    def socket_url(self, path: str) -> str:
        """The URL of a socket: ws for http, wss for https."""
        scheme, _, rest = self.base_url.partition("://")
        return f"{_SOCKET_SCHEMES[scheme]}://{rest}{path}"

    def trouble(self, error: BaseException) -> Unreachable:
        """What it means that no connection could be made."""
        distrust = distrust_in_words(error)
        if distrust is not None:
            return Untrusted(f"the gateway at {self.base_url} is not trusted: {distrust}")
        text = f"no gateway answers at {self.base_url}: {str(error) or type(error).__name__}"
        if self.tls is not None and _broke_off(error):
            text += "; does it speak TLS 1.3, or is its URL http:// instead?"
        else:
            text += "; is it running there, and is that its URL?"
        return Unreachable(text)


def endpoint(url: str, *, api_key: str, trust: Trust | None = None) -> Endpoint:
    """The endpoint of a URL such as ``https://robot.example:8443``. Raises BadSettings."""
    parts = urlsplit(url.strip())
    if parts.scheme not in _SOCKET_SCHEMES or not parts.hostname or parts.query or parts.fragment:
        raise BadSettings(f"{url!r} is no gateway's URL; write http://host:port or https://…")
    if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        # Not shown: it may be a key with something behind it.
        raise BadSettings("the API key is empty, or holds characters that no key has")
    if parts.scheme == "https":
        tls = (trust or Trust()).context()
    elif trust is not None:
        raise BadSettings(f"{url} is not encrypted, so there is no certificate to check: use https")
    else:
        tls = None
    return Endpoint(url.strip().rstrip("/"), api_key, tls)


def _broke_off(error: BaseException | None) -> bool:
    """Whether somebody answered, but not as TLS does."""
    while error is not None and not isinstance(error, ssl.SSLError | ConnectionResetError):
        error = error.__cause__ or error.__context__
    return error is not None
