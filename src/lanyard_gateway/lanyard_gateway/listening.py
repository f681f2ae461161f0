"""The listening socket, and the file that tells where it listens.

Bound before anything else starts, so that a busy port is one clear line and not half a gateway.
"""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from lanyard_core.faults import BadConfiguration

_BACKLOG = 1024
_READY_FILE_MODE = 0o644


def bind(host: str, port: int, *, device: str | None = None) -> socket.socket:
    """A bound socket; ``port`` 0 takes a free one. Raises BadConfiguration that says what to do.

    With ``device`` only what comes in on that interface is heard. An address alone is no fence:
    Linux takes packets for any of its addresses on every interface.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise BadConfiguration([f"host: {host} is no address of this machine ({error})"]) from None
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    # A port whose last connections are still winding down is free; one with a listener is not.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        if device is not None:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise BadConfiguration([_explain(host, port, error)]) from None
    return listener


def url_of(listener: socket.socket, *, scheme: str = "http") -> str:
    """The URL at which a client on this machine reaches the socket."""
    host, port = listener.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def own_origins(listener: socket.socket, *, scheme: str = "http") -> tuple[str, ...]:
    """Origins of the pages that this socket itself serves, as browsers write them.

    A name under which others reach this machine is not known here: ``allowed_origins`` takes it.
    The Host header is not asked, because whoever owns a name can point it at this machine.
    """
    port = listener.getsockname()[1]
    if not ipaddress.ip_address(listener.getsockname()[0]).is_loopback:
        return (url_of(listener, scheme=scheme),)
    return tuple(f"{scheme}://{host}:{port}" for host in ("127.0.0.1", "localhost", "[::1]"))


@contextlib.contextmanager
def ready_file(path: Path | None, *, url: str, rosbridge_url: str | None = None) -> Iterator[None]:
    """Tell ``{"url", "rosbridge_url", "pid"}`` in a file as long as the ``with`` block runs.

    It appears whole. ``rosbridge_url`` is null without a listener for it.
    """
    if path is None:
        yield
        return
    told = {"url": url, "rosbridge_url": rosbridge_url, "pid": os.getpid()}
    _write(path, json.dumps(told) + "\n")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def check_writable(path: Path | None) -> None:
    """Raise BadConfiguration when the ready file could not be written."""
    if path is not None and not os.access(path.parent, os.W_OK):
        raise BadConfiguration(
            [f"ready_file: the folder {path.parent} is not there or not writable; make it first"]
        )


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.chmod(_READY_FILE_MODE)
    draft.replace(path)


def _explain(host: str, port: int, error: OSError) -> str:
    other = "choose another with the parameter port (0: any free one), such as -p port:=8081"
    if error.errno == errno.EADDRINUSE:
        return f"port: {port} on {host} is in use by another program; stop that one, or {other}"
    if error.errno == errno.EACCES:
        return f"port: {port} on {host} may not be used by this user; {other}"
    if error.errno == errno.EPERM:
        return f"host: before Linux 5.7 only root can hear one interface alone, here that of {host}"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"host: {host} is no address of this machine; use 127.0.0.1, or one that it has"
    return f"port: cannot listen on {host} port {port} ({error.strerror}); {other}"
