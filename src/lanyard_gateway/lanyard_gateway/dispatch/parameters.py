"""Judges a task's parameters by the JSON Schema of its type, and names each field that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import jsonschema

from lanyard_core.faults import FieldError, ValidationFailed
from lanyard_core.task.catalogue import TaskType
from lanyard_core.task.schema import DIALECT

# Older distributions ship a jsonschema that stops at draft 7, which has all that our schemas use.
_Validator = jsonschema.validators.validator_for(
    {"$schema": DIALECT}, default=jsonschema.Draft7Validator
)
MAX_ERRORS = 20
"""Wrong fields that an answer lists at most."""


def check_parameters(task_type: TaskType, parameters: Mapping[str, object]) -> None:
    """Raise ValidationFailed, with one error for each wrong field, unless the parameters fit."""
    found = _Validator(task_type.parameters_schema).iter_errors(cast(Any, parameters))
    errors = list(dict.fromkeys(each for error in found for each in _field_errors(error)))
    if errors:
        names = ", ".join(dict.fromkeys(error.field for error in errors[:MAX_ERRORS]))
        raise ValidationFailed(
            f"wrong parameters of {task_type.name}: {names}", errors=errors[:MAX_ERRORS]
        )


def _field_errors(error: Any) -> list[FieldError]:
    place = "parameters" + "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path
    )
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        return [FieldError(f"{place}.{name}", "required", "is required") for name in missing]
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        unknown = [name for name in error.instance if name not in known]
        message = f"is not known; known here: {', '.join(known) or 'none'}"
        return [FieldError(f"{place}.{name}", "unknown_field", message) for name in unknown]
    return [FieldError(place, str(error.validator), _explain(error))]


def _explain(error: Any) -> str:
    # The library's own sentences repeat the value, which may be long or not meant for a log.
    wanted = error.validator_value
    sentence = _SENTENCES.get(error.validator)
    return sentence.format(wanted) if sentence else f"does not fit {error.validator} {wanted}"


_SENTENCES = {
    "type": "must be of type {}",
    "enum": "must be one of {}",
    "minimum": "must be ≥ {}",
    "maximum": "must be ≤ {}",
    "exclusiveMinimum": "must be > {}",
    "exclusiveMaximum": "must be < {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minItems": "must have at least {} items",
    "maxItems": "must have at most {} items",
}
