"""Parameters of other nodes, by the services that every node has. Values as JSON text."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import GetParameters, ListParameters, SetParameters

from lanyard_core.faults import BadInput, Conflict, NotFound, Unavailable
from lanyard_rosbridge.ros.calling import Services

TIMEOUT_S = 2.0
MAX_NODES = 128

_FIELDS = {
    ParameterType.PARAMETER_BOOL: "bool_value",
    ParameterType.PARAMETER_INTEGER: "integer_value",
    ParameterType.PARAMETER_DOUBLE: "double_value",
    ParameterType.PARAMETER_STRING: "string_value",
    ParameterType.PARAMETER_BYTE_ARRAY: "byte_array_value",
    ParameterType.PARAMETER_BOOL_ARRAY: "bool_array_value",
    ParameterType.PARAMETER_INTEGER_ARRAY: "integer_array_value",
    ParameterType.PARAMETER_DOUBLE_ARRAY: "double_array_value",
    ParameterType.PARAMETER_STRING_ARRAY: "string_array_value",
}
_TYPES: dict[type, tuple[int, int]] = {
    bool: (ParameterType.PARAMETER_BOOL, ParameterType.PARAMETER_BOOL_ARRAY),
    int: (ParameterType.PARAMETER_INTEGER, ParameterType.PARAMETER_INTEGER_ARRAY),
    float: (ParameterType.PARAMETER_DOUBLE, ParameterType.PARAMETER_DOUBLE_ARRAY),
    str: (ParameterType.PARAMETER_STRING, ParameterType.PARAMETER_STRING_ARRAY),
}


class NodeParameters:
    """Gets, sets and lists."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def get(self, node: str, name: str) -> str:
        """A value. Raises NotFound when it is not declared, Unavailable when the node is not."""
        return orjson.dumps(_plain(await self._value(node, name))).decode()

    async def set(self, node: str, name: str, value: str | None) -> None:
        """Set it, or with None take it away. Raises Conflict when the node refuses."""
        wanted = ParameterValue() if value is None else _value_of(value)
        if wanted.type in _WHOLE and (await self._type(node, name)) in _FRACTIONAL:
            wanted = _as_doubles(wanted)  # JSON writes 1.0 as 1
        request = SetParameters.Request(parameters=[Parameter(name=name, value=wanted)])
        response = await self._ask(node, "set_parameters", SetParameters, request)
        result = response.results[0]
        if not result.successful:
            raise Conflict(f"{node}:{name}: {result.reason or 'the node refuses the value'}")

    async def names(self, nodes: list[str]) -> list[tuple[str, str]]:
        """Nodes and names of all parameters of those nodes that answer."""
        asked = [self._list(node) for node in nodes[:MAX_NODES]]
        return [pair for found in await asyncio.gather(*asked) for pair in found]

    async def _list(self, node: str) -> list[tuple[str, str]]:
        try:
            response = await self._ask(
                node, "list_parameters", ListParameters, ListParameters.Request()
            )
        except Unavailable:
            return []
        return [(node, name) for name in response.result.names]

    async def _type(self, node: str, name: str) -> int:
        try:
            return int((await self._value(node, name)).type)
        except NotFound:
            return int(ParameterType.PARAMETER_NOT_SET)

    async def _value(self, node: str, name: str) -> Any:
        request = GetParameters.Request(names=[name])
        response = await self._ask(node, "get_parameters", GetParameters, request)
        if not response.values or response.values[0].type not in _FIELDS:
            raise NotFound(f"{node} has no parameter {name!r}, or it has no value")
        return response.values[0]

    async def _ask(self, node: str, service: str, kind: Any, request: Any) -> Any:
        return await self._services.call(f"{node}/{service}", kind, request, timeout_s=TIMEOUT_S)


_WHOLE = (ParameterType.PARAMETER_INTEGER, ParameterType.PARAMETER_INTEGER_ARRAY)
_FRACTIONAL = (ParameterType.PARAMETER_DOUBLE, ParameterType.PARAMETER_DOUBLE_ARRAY)


def _plain(value: Any) -> object:
    found = getattr(value, _FIELDS[value.type])
    if isinstance(found, (bool, int, float, str)):
        return found
    return [item[0] if isinstance(item, bytes) else item for item in found]


def _value_of(text: str) -> Any:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = text  # plain text, as people type it
    items = value if isinstance(value, list) else [value]
    kinds = {type(item) for item in items}
    if kinds == {int, float}:
        value, kinds = [float(item) for item in items], {float}
    if len(kinds) != 1 or (kind := kinds.pop()) not in _TYPES:
        raise BadInput(f"{text[:40]!r} is no value of a parameter")
    number = _TYPES[kind][isinstance(value, list)]
    return ParameterValue(type=number, **{_FIELDS[number]: value})


def _as_doubles(value: Any) -> Any:
    if value.type == ParameterType.PARAMETER_INTEGER:
        number = ParameterType.PARAMETER_DOUBLE
        return ParameterValue(type=number, double_value=float(value.integer_value))
    numbers = [float(item) for item in value.integer_array_value]
    return ParameterValue(type=ParameterType.PARAMETER_DOUBLE_ARRAY, double_array_value=numbers)
