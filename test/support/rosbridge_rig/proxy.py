"""What stands between a client and the bridge, and can be cut."""

from __future__ import annotations

import contextlib
import socket
import threading

from rosbridge_rig.bridge import Bridge


class Proxy:
    """Stands before the bridge, and can be cut. Shows a key for clients that cannot."""

    def __init__(self, bridge: Bridge, key: str | None = None) -> None:
        self._bridge = bridge
        self._key = key
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._is_open = True
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        """Drop every connection, and take none until ``mend``."""
        self._is_open = False
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def mend(self) -> None:
        self._is_open = True

    def close(self) -> None:
        self.cut()
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if not self._is_open:
                    near.close()
                    continue
                host, port = self._bridge.url.removeprefix("ws://").split(":")
                far = socket.create_connection((host, int(port)))
                self._open += [near, far]
                far.sendall(self._with_key(near.recv(65536)))
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _with_key(self, request: bytes) -> bytes:
        if self._key is None:
            return request
        head, _, rest = request.partition(b"\r\n")
        return head + b"\r\nAuthorization: Bearer " + self._key.encode() + b"\r\n" + rest

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)
