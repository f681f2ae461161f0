"""Parameters as a package's ``parameters.yaml`` declares them: names, types, defaults, bounds.

The file is in generate_parameter_library's format (one mapping per node, groups nest, validations
are ``bounds<>``, ``gt<>`` and so on), with one key of ours: ``unit``. This module reads and judges;
it knows no ROS and no node. The same declarations make the parameter page of the documentation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import yaml

ParameterValue = bool | int | float | str | list[bool] | list[int] | list[float] | list[str]

SCALAR_TYPES: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "double": (float, int),
    "string": (str,),
}
_IN_WORDS = {
    "bool": "true or false",
    "int": "a whole number",
    "double": "a number",
    "string": "a text",
}
ARRAY_TYPES = {f"{scalar}_array": scalar for scalar in SCALAR_TYPES}
_KNOWN_KEYS = {"type", "default_value", "description", "unit", "read_only", "validation"}


@dataclass(frozen=True, slots=True)
class ParameterDeclaration:
    """One parameter: dotted name, type, default, unit, and the rules that its value must meet."""

    name: str
    type: str
    default: ParameterValue
    description: str
    unit: str = ""
    read_only: bool = False
    validation: Mapping[str, list[Any]] = field(default_factory=dict)

    def convert(self, value: object) -> ParameterValue:
        """The value in the declared type; raises ValueError with a sentence that says what to mend.

        A whole number is taken for a double, as people write ``rate: 500``. NaN and infinities are
        refused everywhere.
        """
        converted = _converted(self.type, value)
        for rule, arguments in self.validation.items():
            complaint = _RULES[rule](converted, arguments)
            if complaint:
                raise ValueError(f"{converted!r} {complaint}")
        return converted

    def constraints(self) -> str:
        """The rules in words: ``between 0.04 and 0.5``; empty when there are none."""
        return ", ".join(_in_words(rule, arguments) for rule, arguments in self.validation.items())


def load_declarations(package: str) -> dict[str, ParameterDeclaration]:
    """Declarations of every parameter of a package, by dotted name.

    Raises ValueError when the file itself is wrong: that is a mistake of ours, not of the operator.
    """
    text = resources.files(package).joinpath("parameters.yaml").read_text(encoding="utf-8")
    return parse_declarations(text, source=f"{package}/parameters.yaml")


def parse_declarations(text: str, *, source: str) -> dict[str, ParameterDeclaration]:
    """Declarations in the text of a ``parameters.yaml``; ``source`` names it in errors."""
    document = yaml.safe_load(text)
    if not isinstance(document, dict) or len(document) != 1:
        raise ValueError(f"{source}: expected one mapping named after the node")
    (body,) = document.values()
    found: dict[str, ParameterDeclaration] = {}
    _walk(body, prefix="", found=found, source=source)
    return found


def _walk(
    body: Mapping[str, Any],
    *,
    prefix: str,
    found: dict[str, ParameterDeclaration],
    source: str,
) -> None:
    for key, entry in body.items():
        name = f"{prefix}{key}"
        if not isinstance(entry, dict):
            raise ValueError(f"{source}: {name}: expected a mapping")
        if isinstance(entry.get("type"), str):
            found[name] = _declaration(name, entry, source)
        else:
            _walk(entry, prefix=f"{name}.", found=found, source=source)


def _declaration(name: str, entry: Mapping[str, Any], source: str) -> ParameterDeclaration:
    unknown = set(entry) - _KNOWN_KEYS
    missing = {"type", "default_value", "description"} - set(entry)
    if unknown or missing:
        wrong = f"unknown keys {sorted(unknown)}, missing {sorted(missing)}"
        raise ValueError(f"{source}: {name}: {wrong}")
    validation = entry.get("validation") or {}
    strange = set(validation) - set(_RULES)
    if strange:
        raise ValueError(f"{source}: {name}: unknown validations {sorted(strange)}")
    declaration = ParameterDeclaration(
        name=name,
        type=str(entry["type"]),
        default=entry["default_value"],
        description=" ".join(str(entry["description"]).split()),
        unit=str(entry.get("unit", "")),
        read_only=bool(entry.get("read_only", False)),
        validation={rule: _arguments(given) for rule, given in validation.items()},
    )
    try:
        declaration.convert(declaration.default)
    except ValueError as error:
        raise ValueError(f"{source}: {name}: default: {error}") from None
    return declaration


def _arguments(given: object) -> list[Any]:
    if given is None:
        return []
    return list(given) if isinstance(given, list) else [given]


def _converted(type_name: str, value: Any) -> ParameterValue:
    if type_name in ARRAY_TYPES:
        if not isinstance(value, list | tuple) and not hasattr(value, "tolist"):
            raise ValueError(
                f"must be a list, {_IN_WORDS[ARRAY_TYPES[type_name]]} each, not {value!r}"
            )
        items: list[Any] = [_scalar(ARRAY_TYPES[type_name], item) for item in value]
        return items
    return _scalar(type_name, value)


def _scalar(type_name: str, value: Any) -> bool | int | float | str:
    fits: bool = isinstance(value, SCALAR_TYPES[type_name])
    if not fits or (type_name != "bool" and isinstance(value, bool)):
        raise ValueError(f"must be {_IN_WORDS[type_name]}, not {value!r}")
    if type_name != "double":
        accepted: bool | int | str = value
        return accepted
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"must be a finite number, not {number}")
    return number


# A rule meets only values of its own kind: a declaration whose default does not fit is refused.
Rule = Callable[[Any, list[Any]], str]

_RULES: dict[str, Rule] = {
    "bounds<>": lambda v, a: "" if a[0] <= v <= a[1] else f"must be between {a[0]} and {a[1]}",
    "gt<>": lambda v, a: "" if v > a[0] else f"must be greater than {a[0]}",
    "gt_eq<>": lambda v, a: "" if v >= a[0] else f"must be at least {a[0]}",
    "lt<>": lambda v, a: "" if v < a[0] else f"must be less than {a[0]}",
    "lt_eq<>": lambda v, a: "" if v <= a[0] else f"must be at most {a[0]}",
    "one_of<>": lambda v, a: "" if v in _choices(a) else f"must be one of {_choices(a)}",
    "not_empty<>": lambda v, _: "" if len(v) > 0 else "must not be empty",
    "size_gt<>": lambda v, a: "" if len(v) > a[0] else f"must have more than {a[0]} entries",
    "fixed_size<>": lambda v, a: "" if len(v) == a[0] else f"must have {a[0]} entries",
    "element_bounds<>": lambda v, a: (
        "" if all(a[0] <= item <= a[1] for item in v) else f"must all be between {a[0]} and {a[1]}"
    ),
}


def _choices(arguments: list[Any]) -> list[Any]:
    first = arguments[0] if arguments else []
    return first if isinstance(first, list) else arguments


def _in_words(rule: str, arguments: list[Any]) -> str:
    words = {
        "bounds<>": "between {0} and {1}",
        "gt<>": "greater than {0}",
        "gt_eq<>": "at least {0}",
        "lt<>": "less than {0}",
        "lt_eq<>": "at most {0}",
        "one_of<>": "one of {choices}",
        "not_empty<>": "not empty",
        "size_gt<>": "more than {0} entries",
        "fixed_size<>": "{0} entries",
        "element_bounds<>": "each between {0} and {1}",
    }
    choices = ", ".join(str(choice) for choice in _choices(arguments))
    return words[rule].format(*arguments, choices=choices)
