"""What the tests of the fault campaign share: the campaign itself, importable."""

from __future__ import annotations

import pathlib
import sys

import pytest

_HERE = str(pathlib.Path(__file__).parent)
# The campaign is a program of its own, which `make faults` runs; it is no package of the workspace.
sys.path.insert(0, _HERE)


_EXAMPLE = str(pathlib.Path(__file__).parents[1] / "example_package")


@pytest.fixture(scope="session")
def example_types():
    """The task types of the example package."""
    sys.path.insert(0, _EXAMPLE)
    try:
        from lanyard_example.stamp import Stamp, StampAgain
    finally:
        sys.path.remove(_EXAMPLE)
    return Stamp.task_type, StampAgain.task_type


@pytest.fixture(scope="session")
def campaign_path() -> str:
    """The folder to put on PYTHONPATH for a process that is to import the campaign."""
    return _HERE
