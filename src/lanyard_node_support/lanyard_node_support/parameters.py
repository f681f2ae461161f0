"""A node's parameters: declared from the package's ``parameters.yaml``, checked, and read by name.

``declare`` collects every problem before it complains, so that an operator mends a file once. A
value that is out of bounds, of the wrong type, or under a name that does not exist keeps the node
from starting. At run time the same rules judge ``ros2 param set``; read-only ones rclpy refuses.
Callable from the thread that builds the node; values may be read from any thread.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable

from rcl_interfaces.msg import ParameterDescriptor, SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter

from lanyard_core.faults import BadConfiguration
from lanyard_node_support.parameter_schema import (
    ParameterDeclaration,
    ParameterValue,
    load_declarations,
)

ChangeCallback = Callable[[str, ParameterValue], None]

# Names that rclpy itself declares or reads from overrides.
_RCLPY_NAMES = ("use_sim_time", "start_type_description_service", "qos_overrides")


class ParameterSet:
    """The parameters of one node, by dotted name: ``parameters["command_gap_s"]``."""

    def __init__(
        self,
        declarations: dict[str, ParameterDeclaration],
        values: dict[str, ParameterValue],
    ) -> None:
        self._declarations = declarations
        self._values = values
        self._on_change: list[ChangeCallback] = []

    def __getitem__(self, name: str) -> ParameterValue:
        return self._values[name]

    def as_dict(self) -> dict[str, ParameterValue]:
        """All values by name, as a copy."""
        return dict(self._values)

    def on_change(self, callback: ChangeCallback) -> None:
        """Call ``callback(name, value)`` in the node's thread after a parameter was set."""
        self._on_change.append(callback)

    def accept(self, parameters: Iterable[Parameter]) -> SetParametersResult:
        """Judge a change at run time: all of it or none. rclpy calls this in the node's thread."""
        accepted: dict[str, ParameterValue] = {}
        for parameter in parameters:
            declaration = self._declarations.get(parameter.name)
            if declaration is None:
                continue
            try:
                accepted[parameter.name] = declaration.convert(_plain(parameter.value))
            except ValueError as error:
                reason = f"{parameter.name}: {error}{_unit(declaration)}"
                return SetParametersResult(successful=False, reason=reason)
        self._values.update(accepted)
        for name, value in accepted.items():
            for callback in self._on_change:
                callback(name, value)
        return SetParametersResult(successful=True)


def declare(node: Node, *, package: str) -> ParameterSet:
    """Declare all parameters of ``package`` on ``node`` and return their values.

    Raises BadConfiguration with every problem found: wrong type, out of bounds, unknown name.
    """
    declarations = load_declarations(package)
    values: dict[str, ParameterValue] = {}
    problems = _unknown_names(node, declarations)
    for declaration in declarations.values():
        # Dynamic typing, because the type is judged by our own rules, which accept 500 for 500.0.
        descriptor = ParameterDescriptor(
            description=_described(declaration),
            additional_constraints=declaration.constraints(),
            read_only=declaration.read_only,
            dynamic_typing=True,
        )
        declared = node.declare_parameter(declaration.name, declaration.default, descriptor)
        try:
            values[declaration.name] = declaration.convert(_plain(declared.value))
        except ValueError as error:
            problems.append(f"{node.get_name()}: {declaration.name}: {error}{_unit(declaration)}")
    if problems:
        raise BadConfiguration(problems)
    parameters = ParameterSet(declarations, values)
    node.add_on_set_parameters_callback(parameters.accept)
    return parameters


def _unknown_names(node: Node, declarations: dict[str, ParameterDeclaration]) -> list[str]:
    # rclpy has no public way to see overrides that nobody declared, and a misspelt watchdog
    # parameter must not go unnoticed.
    problems = []
    for name in getattr(node, "_parameter_overrides", {}):
        if name in declarations or name.split(".")[0] in _RCLPY_NAMES:
            continue
        close = difflib.get_close_matches(name, declarations, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        problems.append(f"{node.get_name()}: {name}: there is no such parameter{hint}")
    return problems


def _plain(value: object) -> object:
    return value.tolist() if hasattr(value, "tolist") else value


def _unit(declaration: ParameterDeclaration) -> str:
    return f" (unit: {declaration.unit})" if declaration.unit else ""


def _described(declaration: ParameterDeclaration) -> str:
    return f"{declaration.description}{_unit(declaration)}"
