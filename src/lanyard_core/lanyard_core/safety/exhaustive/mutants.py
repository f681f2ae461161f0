"""Bugs seeded into the machine's source, one at a time, to prove that the check bites.

A mutant is the shipped source with one passage replaced by a plausible mistake, compiled into
private modules; the types (states, values, limits) stay the shipped ones. The walk of the named
scope must then find a violation.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace

from lanyard_core.safety.exhaustive.explorer import Step

_PACKAGE = "lanyard_core.safety"
# Compiled in this order; each sees the mutated ones before it.
_COMPILED = ("causes", "table", "authority", "ramp", "watch", "stream", "tick", "machine")


@dataclass(frozen=True, slots=True)
class Edit:
    """In module ``module``, ``old`` becomes ``new``; ``old`` must stand there exactly once."""

    module: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """One seeded bug, and the scope whose walk must find it."""

    name: str
    scope: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Guarded:
    """A mutant that survives, the guard behind it, and how to take that guard away."""

    mutant: Mutant
    because: str
    second_guard: Edit

    @property
    def unguarded(self) -> Mutant:
        """The mutant with its second guard removed: the walk must find it."""
        edits = (*self.mutant.edits, self.second_guard)
        return Mutant(f"{self.mutant.name}, unguarded", self.mutant.scope, edits)


def mutated_step(edits: Sequence[Edit]) -> Step:
    """The step function of the machine with ``edits`` made to its source."""
    modules: dict[str, ModuleType] = {}
    for name in _COMPILED:
        source = inspect.getsource(importlib.import_module(f"{_PACKAGE}.{name}"))
        for edit in edits:
            if edit.module == name:
                if source.count(edit.old) != 1:
                    raise ValueError(f"{name}: {edit.old!r} stands there {source.count(edit.old)}x")
                source = source.replace(edit.old, edit.new)
        modules[name] = _compiled(name, source, modules)
    step: Step = modules["machine"].step
    return step


def _compiled(name: str, source: str, others: Mapping[str, ModuleType]) -> ModuleType:
    module = ModuleType(f"mutant.{name}")
    module.__dict__["__builtins__"] = {**vars(builtins), "__import__": _importer(others)}
    exec(compile(source, f"<mutant of {name}>", "exec"), module.__dict__)  # noqa: S102 - our own source
    return module


def _importer(others: Mapping[str, ModuleType]):  # type: ignore[no-untyped-def]
    """An ``__import__`` that gives the mutated modules in place of the shipped ones."""

    def importer(name, globals_=None, locals_=None, fromlist=(), level=0):  # type: ignore[no-untyped-def]
        if name.startswith(f"{_PACKAGE}.") and name.rpartition(".")[2] in others:
            return others[name.rpartition(".")[2]]
        imported = builtins.__import__(name, globals_, locals_, fromlist, level)
        if name == _PACKAGE:
            wanted = {part: others.get(part, getattr(imported, part)) for part in fromlist}
            return SimpleNamespace(**wanted)
        return imported

    return importer
