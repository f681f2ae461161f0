"""Prints the parameter page of the documentation from the packages' ``parameters.yaml``.

``python -m lanyard_node_support.describe > docs/parameters.md``; a test holds the page to its
sources.
"""

from __future__ import annotations

import json

from lanyard_node_support.parameter_schema import ParameterDeclaration, load_declarations

PACKAGES = (
    "lanyard_control",
    "lanyard_control.watchdog",
    "lanyard_tasks",
    "lanyard_gateway",
    "lanyard_rosbridge",
    "lanyard_rosbridge.suite",
    "lanyard_sim",
)

_PURE_NUMBER = "1"

_HEAD = """\
# Parameters

Made from the packages' `parameters.yaml` by `python -m lanyard_node_support.describe`; do not edit.
A value outside its range, of the wrong type, or under a name that does not exist keeps the node
from starting: it prints one line for each problem and exits with 2. "fixed" parameters are read at
start; the others can be set while the node runs (`ros2 param set`).
"""


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([_HEAD, *(_section(package) for package in PACKAGES)])


def _section(package: str) -> str:
    rows = [_row(declaration) for declaration in load_declarations(package).values()]
    head = f"## {package}\n\n| parameter | default | allowed | | meaning |\n|---|---|---|---|---|"
    return "\n".join([head, *rows, ""])


def _row(declaration: ParameterDeclaration) -> str:
    default = _default(declaration)
    fixed = "fixed" if declaration.read_only else ""
    meaning = declaration.description.replace("|", "\\|")
    allowed = declaration.constraints() or declaration.type
    return f"| `{declaration.name}` | {default} | {allowed} | {fixed} | {meaning} |"


def _default(declaration: ParameterDeclaration) -> str:
    """As it is written in a parameter file, with its unit."""
    value = declaration.default
    if value == "":
        return "empty"
    written = value if isinstance(value, str) else json.dumps(value)
    unit = "" if value == [] or declaration.unit == _PURE_NUMBER else declaration.unit
    return f"`{written}` {unit}".rstrip()


if __name__ == "__main__":
    print(page(), end="")
