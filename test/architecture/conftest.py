"""What the architecture tests share: the root of the repository and its modules."""

from __future__ import annotations

import ast
import pathlib
from dataclasses import dataclass

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Module:
    """One Python module of a package: dotted name, path, source text and syntax tree."""

    name: str
    path: pathlib.Path
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.name.split(".")[0]

    @property
    def where(self) -> str:
        return str(self.path.relative_to(ROOT))


def _modules() -> list[Module]:
    found = []
    for path in sorted(ROOT.glob("src/lanyard_*/lanyard_*/**/*.py")):
        parts = path.relative_to(ROOT / "src").parts[1:]
        name = ".".join(parts).removesuffix(".py").removesuffix(".__init__")
        text = path.read_text(encoding="utf-8")
        found.append(Module(name, path, text, ast.parse(text)))
    return found


@pytest.fixture(scope="session")
def root() -> pathlib.Path:
    return ROOT


@pytest.fixture(scope="session")
def modules() -> list[Module]:
    found = _modules()
    assert found, "no modules found: the test looks in the wrong place"
    return found
