"""The golden vectors, as files of JSON that know nothing of the code."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).with_name("vectors")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """``good`` and ``bad``: each vector of each file, with the file's name."""
    for fixture, kinds in (("good", ("client", "server")), ("bad", ("bad",))):
        if fixture in metafunc.fixturenames:
            found = [
                pytest.param((path.stem, vector), id=f"{path.stem}-{vector['name']}")
                for path in sorted(FOLDER.glob("*.json"))
                if path.stem.split(".")[1] in kinds
                for vector in json.loads(path.read_text(encoding="utf-8"))["vectors"]
            ]
            metafunc.parametrize(fixture, found)


@pytest.fixture(scope="session")
def vector_folder() -> Path:
    return FOLDER


@pytest.fixture(scope="session")
def make_vectors() -> ModuleType:
    """The script that writes the files."""
    path = Path(__file__).with_name("make_vectors.py")
    spec = importlib.util.spec_from_file_location("make_vectors", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
