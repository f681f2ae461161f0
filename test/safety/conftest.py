"""What the exhaustive check's tests share: one walk of each scope, made when it is asked for."""

from __future__ import annotations

import functools
import gc

import pytest

from lanyard_core.safety.exhaustive.explorer import Walk, explore
from lanyard_core.safety.exhaustive.scopes import scopes


@pytest.fixture(autouse=True)
def _without_garbage_collection():
    # Millions of tuples that live to the end: collecting them again and again is waste.
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="session")
def walk_of():
    """A function from a scope's name to its finished walk."""
    by_name = {scope.name: scope for scope in scopes()}

    @functools.cache
    def walk(name: str) -> Walk:
        return explore(by_name[name])

    return walk
