"""The JSON schema of an entry, as a file of the package: what a SIEM may rely on."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import cast


def entry_schema() -> dict[str, object]:
    """The schema (2020-12) that every line of the log fits."""
    text = files(__package__).joinpath("entry.schema.json").read_text(encoding="utf-8")
    return cast("dict[str, object]", json.loads(text))
