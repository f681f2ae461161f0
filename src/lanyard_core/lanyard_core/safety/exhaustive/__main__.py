"""Runs the exhaustive check and prints its figures: ``python -m lanyard_core.safety.exhaustive``.

Exit code 0 when every property holds, every bound is kept, and every seeded bug is found.
"""

from __future__ import annotations

import gc
import sys

from lanyard_core.safety.exhaustive.bounds import bounds
from lanyard_core.safety.exhaustive.explorer import explore
from lanyard_core.safety.exhaustive.mutants import mutated_step
from lanyard_core.safety.exhaustive.properties import PROPERTIES
from lanyard_core.safety.exhaustive.scopes import scopes
from lanyard_core.safety.exhaustive.seeded_bugs import FOUND


def main() -> int:
    """Walk every scope, then hunt every seeded bug."""
    gc.disable()  # millions of tuples that live to the end
    wrong = 0
    states = transitions = 0
    for scope in scopes():
        walk = explore(scope)
        worst = bounds(walk)
        states, transitions = states + walk.states, transitions + walk.transitions
        print(
            f"{scope.name:12} {walk.states:7,} states {walk.transitions:10,} transitions  {worst}"
        )
        for violation in walk.violations[:3]:
            print(f"  VIOLATED {violation.name}: {' > '.join(violation.trace)}")
        wrong += len(walk.violations) + worst.dead_ends
        wrong += worst.silence_to_rest > worst.silence_allowed
    print(f"{states:,} states, {transitions:,} transitions, {len(PROPERTIES)} properties")
    by_name = {scope.name: scope for scope in scopes()}
    for mutant in FOUND:
        walk = explore(by_name[mutant.scope], step=mutated_step(mutant.edits), first_only=True)
        if not walk.violations:
            wrong += 1
            print(f"NOT FOUND: {mutant.name}")
    print(f"{len(FOUND)} seeded bugs")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
