"""Calling services by name, from coroutines: always an answer, or a fault that says why not.

Clients are kept for calls to come; the ones not used for longest go first when there are too many.
Event loop's thread.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import Any

from rclpy.client import Client
from rclpy.exceptions import InvalidHandle
from rclpy.node import Node

from lanyard_core.faults import NotFound, RosTimeout, Unavailable
from lanyard_gateway.robot.handover import Handover, Reply
from lanyard_rosbridge.ros.groups import own_group
from lanyard_rosbridge.ros.types import service_class

MAX_CLIENTS = 256
APPEAR_TIMEOUT_S = 1.0
"""How long a service may take to be seen by a client that was just made."""


class Services:
    """The services of the graph, as a client of all of them."""

    def __init__(self, node: Node, handover: Handover) -> None:
        self._node = node
        self._handover = handover
        self._clients: OrderedDict[tuple[str, Any], Client] = OrderedDict()
        self._busy: dict[Client, int] = {}

    async def class_of(self, service: str, asked: str | None) -> Any:
        """The class of a service: as asked, or as the graph has it. Raises NotFound, BadInput."""
        if asked is not None:
            return service_class(asked)
        if not self._type_of(service):
            appeared = partial(self._is_known, service)
            await self._handover.until(appeared, timeout_s=APPEAR_TIMEOUT_S)
        known = self._type_of(service)
        if not known:
            raise NotFound(f"there is no service {service} on the ROS graph")
        return service_class(known)

    async def call(self, service: str, kind: Any, request: Any, *, timeout_s: float) -> Any:
        """The response. Raises Unavailable when nobody serves it, RosTimeout."""
        client = self._client(service, kind)
        self._busy[client] = self._busy.get(client, 0) + 1
        try:
            return await self._ask(client, service, request, timeout_s)
        except InvalidHandle:
            raise Unavailable("the bridge is shutting down", code="shutting_down") from None
        finally:
            self._busy[client] -= 1
            if not self._busy[client]:
                del self._busy[client]

    async def _ask(self, client: Client, service: str, request: Any, timeout_s: float) -> Any:
        if not client.service_is_ready():
            patience_s = min(timeout_s, APPEAR_TIMEOUT_S)
            if not await self._handover.until(client.service_is_ready, timeout_s=patience_s):
                raise Unavailable(f"nobody serves {service}")
        future = client.call_async(request)
        reply: Reply[Any] = Reply(self._handover)
        reply.follow(future)
        try:
            return await reply.wait(timeout_s=timeout_s)
        except TimeoutError:
            raise RosTimeout(f"{service} did not answer within {timeout_s:g} s") from None
        finally:
            client.remove_pending_request(future)

    def serves(self, service: str, kind: Any) -> bool:
        """Whether somebody serves it now."""
        return bool(self._client(service, kind).service_is_ready())

    def _client(self, service: str, kind: Any) -> Client:
        key = (service, kind)
        client = self._clients.get(key)
        if client is None:
            self._make_room()
            client = self._node.create_client(kind, service, callback_group=own_group())
            self._clients[key] = client
        self._clients.move_to_end(key)
        return client

    def _make_room(self) -> None:
        idle = (key for key, client in self._clients.items() if client not in self._busy)
        if len(self._clients) >= MAX_CLIENTS and (oldest := next(idle, None)) is not None:
            self._node.destroy_client(self._clients.pop(oldest))

    def is_taken(self, service: str) -> bool:
        """Whether somebody serves it now, as far as this version of ROS can tell."""
        count = getattr(self._node, "count_services", None)  # not on Humble
        return count is not None and bool(count(service))

    def _is_known(self, service: str) -> bool:
        return bool(self._type_of(service))

    def _type_of(self, service: str) -> str:
        """The type of a service; empty when nobody knows it yet."""
        for name, types in self._node.get_service_names_and_types():
            if name == service:
                return str(types[0])
        return ""
