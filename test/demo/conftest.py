"""What the tests of the two commands share."""

from __future__ import annotations

import pathlib

import pytest


@pytest.fixture(scope="session")
def root():
    """The root of the repository."""
    return pathlib.Path(__file__).resolve().parents[2]
