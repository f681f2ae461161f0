"""Breadth-first search over every reachable state, under one scope's moves.

A node is the machine's state together with the witness's account. Every move is tried in every
node; the properties are held against every transition. A violation comes with the shortest way to
it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from lanyard_core.safety.exhaustive.model import Scope, canonical
from lanyard_core.safety.exhaustive.observer import Witness, watch
from lanyard_core.safety.exhaustive.properties import violated
from lanyard_core.safety.exhaustive.transition import Transition
from lanyard_core.safety.limits import Limits
from lanyard_core.safety.machine import MachineState, initial, step
from lanyard_core.safety.values import Inputs, Outcome

Step = Callable[[MachineState, Inputs, Limits], tuple[MachineState, Outcome]]


class Node(NamedTuple):
    """A state of the machine, and what the witness knows about the way to it."""

    machine: MachineState
    witness: Witness


@dataclass(frozen=True, slots=True)
class Violation:
    """A property that does not hold, and the moves from the start that show it."""

    name: str
    trace: tuple[str, ...]


@dataclass(slots=True)
class Walk:
    """What a walk has found. ``following`` has the successors under the scope's first two moves."""

    scope: Scope
    transitions: int = 0
    origin: dict[Node, tuple[Node, str] | None] = field(default_factory=dict)
    following: dict[Node, tuple[Node, ...]] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)

    @property
    def states(self) -> int:
        """Number of different nodes."""
        return len(self.origin)

    def trace(self, node: Node) -> tuple[str, ...]:
        """Labels of the moves that lead from the start to ``node``."""
        labels: list[str] = []
        came = self.origin[node]
        while came is not None:
            labels.append(came[1])
            came = self.origin[came[0]]
        return tuple(reversed(labels))


def explore(scope: Scope, *, step: Step = step, first_only: bool = False) -> Walk:
    """Walk everything that ``scope`` can reach; with ``first_only``, up to the first violation."""
    walk = Walk(scope)
    start = Node(canonical(initial(scope.limits)), Witness())
    walk.origin[start] = None
    frontier = [start]
    while frontier:
        reached: list[Node] = []
        for node in frontier:
            _expand(walk, node, step, reached)
            if walk.violations and first_only:
                return walk
        frontier = reached
    return walk


def _expand(walk: Walk, node: Node, step: Step, reached: list[Node]) -> None:
    scope, origin = walk.scope, walk.origin
    limits = scope.limits
    machine, witness = node
    lease = machine.authority.lease
    basics: list[Node] = []
    for move in scope.moves[lease.session if lease is not None else 0]:
        inputs = move.inputs
        after, outcome = step(machine, inputs, limits)
        knows = watch(witness, machine, inputs, after, outcome, limits)
        broken = violated(Transition(machine, witness, inputs, after, outcome, knows, limits))
        following = Node(canonical(after), knows)
        if len(basics) < 2:
            basics.append(following)
        if following not in origin:
            origin[following] = (node, move.label)
            reached.append(following)
        if broken:
            trace = (*walk.trace(node), move.label)
            walk.violations += [Violation(name, trace) for name in broken]
    walk.following[node] = tuple(basics)
    walk.transitions += len(scope.moves[lease.session if lease is not None else 0])
