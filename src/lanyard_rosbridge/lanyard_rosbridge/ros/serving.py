"""Services that somebody else answers, later: requests go to the event loop, answers come back.

rclpy wants a service's callback to return the answer, and to wait in one busies the executor. So
the callback gives back the request, and what rclpy then sends is kept until the answer is there.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from rclpy.node import Node

from lanyard_gateway.robot.handover import Handover
from lanyard_rosbridge.ros.groups import own_group

OnRequest = Callable[[str, Any], None]
"""Told the id and the message of a request, on the loop's thread."""

MAX_OPEN = 256
_numbers = itertools.count(1)


class DeferredService:
    """One service. ``answer`` on the loop's thread."""

    def __init__(
        self, node: Node, handover: Handover, kind: Any, name: str, on_request: OnRequest
    ) -> None:
        self.name = name
        self.kind = kind
        self._node = node
        self._handover = handover
        self._on_request = on_request
        self._open: dict[str, Any] = {}
        self._gone: str | None = None
        self._service = node.create_service(
            kind, name, self._keep_request, callback_group=own_group()
        )
        self._send = self._service.send_response
        self._service.send_response = self._keep_back

    def refuse(self, request_id: str, reason: str) -> None:
        """Say that the service failed, where its type has words for that; else nothing is said."""
        response = refusal(self.kind, reason)
        if response is not None:
            self.answer(request_id, response)

    def take_up(self, on_request: OnRequest) -> None:
        """Somebody answers again."""
        self._gone, self._on_request = None, on_request

    def refuse_from_now_on(self, reason: str) -> None:
        """Whoever answered is gone: refuse what waits and what comes."""
        self._gone, self._on_request = reason, _nobody
        for request_id in tuple(self._open):
            self.refuse(request_id, reason)

    def answer(self, request_id: str, response: Any) -> None:
        """Answer a request; nothing happens when it is not open."""
        header = self._open.pop(request_id, None)
        if header is not None:
            self._send(response, header)

    def close(self) -> None:
        """Serve no more. Whoever waits for an answer gets none."""
        self._open.clear()
        self._node.destroy_service(self._service)

    @staticmethod
    def _keep_request(request: Any, _response: Any) -> Any:
        return request

    def _keep_back(self, request: Any, header: Any) -> None:
        """What the callback returned is to be sent: the request. ROS thread."""
        request_id = f"service_request:{self.name}:{next(_numbers)}"
        self._handover.post(lambda: self._take(request_id, request, header))

    def _take(self, request_id: str, request: Any, header: Any) -> None:
        if len(self._open) >= MAX_OPEN:
            self._open.pop(next(iter(self._open)))
        self._open[request_id] = header
        if self._gone is None:
            self._on_request(request_id, request)
        else:
            self.refuse(request_id, self._gone)


def _nobody(_request_id: str, _request: Any) -> None:
    """In the place of whoever answered, so that it is not kept."""


def refusal(kind: Any, reason: str) -> Any:
    """A response that says that the service failed; None when its type has no words for that."""
    response = kind.Response()
    if getattr(response, "success", None) is not False:
        return None
    for field in ("message", "reason", "status_message"):
        if getattr(response, field, None) == "":
            setattr(response, field, reason)
            break
    return response
