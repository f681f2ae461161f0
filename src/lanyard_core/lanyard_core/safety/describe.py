"""Prints the page of the documentation about the safety machine, from the machine itself.

``python -m lanyard_core.safety.describe > docs/safety-machine.md`` walks every scope of the
exhaustive check for its figures, which takes about half a minute; a test holds the page to its
sources.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence

from lanyard_core.safety.causes import INTERNAL, SENTENCES, SEVERE
from lanyard_core.safety.exhaustive.bounds import bounds
from lanyard_core.safety.exhaustive.explorer import Walk, explore
from lanyard_core.safety.exhaustive.properties import PROPERTIES, sentence
from lanyard_core.safety.exhaustive.scopes import scopes
from lanyard_core.safety.exhaustive.seeded_bugs import FOUND, GUARDED
from lanyard_core.safety.limits import RANGES, Limits
from lanyard_core.safety.prose import CHECK, HEAD, RULES
from lanyard_core.safety.states import Cause
from lanyard_core.safety.table import TABLE, Event


def page(walks: Sequence[Walk]) -> str:
    """The whole page as Markdown; ``walks`` are finished walks of every scope."""
    return "\n".join(
        [HEAD, _diagram(), _table(), _events(), _causes(), RULES, _limits(), CHECK, _check(walks)]
    )


def _diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> STARTING"]
    for state, row in TABLE.items():
        by_target: dict[str, list[str]] = {}
        for event, following in row.items():
            if following is not state:
                by_target.setdefault(following.name, []).append(event.name.lower())
        lines += [
            f"    {state.name} --> {to}: {' / '.join(names)}" for to, names in by_target.items()
        ]
    return "\n".join([*lines, "```", ""])


def _table() -> str:
    head = [
        "## The transition table",
        "",
        "Events in order of precedence: the first that holds decides.",
        "",
    ]
    rows = ["| from | on | to |", "|---|---|---|"]
    for state, row in TABLE.items():
        rows += [f"| {state.name} | {event.name} | {to.name} |" for event, to in row.items()]
    return "\n".join([*head, *rows, ""])


def _events() -> str:
    rows = [f"| {event.name} | {event.value} |" for event in Event]
    return "\n".join(["| event | holds when |", "|---|---|", *rows, ""])


def _causes() -> str:
    rows = [f"| {cause.name} | {_leads_to(cause)} | {text} |" for cause, text in SENTENCES.items()]
    head = ["## Causes", "", "The most severe first; several may be latched at once.", ""]
    return "\n".join(
        [*head, "| cause | leads to | an operator reads |", "|---|---|---|", *rows, ""]
    )


def _leads_to(cause: Cause) -> str:
    if cause is Cause.COMMAND_GAP:
        return "rest, not latched"
    return "FAULT" if cause & INTERNAL else "HALTED" if cause & SEVERE else "SAFE_STOP"


def _limits() -> str:
    defaults = Limits(max_velocity=(), acceleration=(), deceleration=(), fast_deceleration=())
    rows = [
        f"| `{name}` | {getattr(defaults, name):g} | {lowest:g} to {highest:g} |"
        for name, (lowest, highest) in RANGES.items()
    ]
    head = [
        "## Figures",
        "",
        "Units as the names say. A value outside its range keeps the control node from starting;",
        "no range reaches a value that would switch its watchdog off. Speeds and rates of each",
        "axis are in [parameters.md](parameters.md).",
        "",
        "| figure | default | range |",
        "|---|---|---|",
    ]
    return "\n".join([*head, *rows, ""])


def _check(walks: Sequence[Walk]) -> str:
    rows = ["| walk | what can happen in it | states | transitions |", "|---|---|---|---|"]
    rows += [
        f"| {walk.scope.name} | {walk.scope.about} | {walk.states:,} | {walk.transitions:,} |"
        for walk in walks
    ]
    states = sum(walk.states for walk in walks)
    transitions = sum(walk.transitions for walk in walks)
    rows += [f"| **all** | | **{states:,}** | **{transitions:,}** |", ""]
    return "\n".join([*rows, *_bounds(walks), *_properties(), *_bugs()])


def _bounds(walks: Sequence[Walk]) -> list[str]:
    worst = [bounds(walk) for walk in walks]
    kept = all(bound.silence_to_rest <= bound.silence_allowed for bound in worst)
    dead_ends = sum(bound.dead_ends for bound in worst)
    return [
        "Bounds, over every state that was reached:",
        "",
        "- silence brings the robot to rest within command gap, two ticks and ramp"
        f" ({'kept in every walk' if kept else 'BROKEN'});",
        "- a stop request lowers the speed in the very tick that takes it in, and in each after"
        " it;",
        f"- dead ends, states from which silence and resets do not lead to IDLE: {dead_ends}.",
        "",
    ]


def _properties() -> list[str]:
    rows = [f"- `{name}`: {sentence(name)}" for name in PROPERTIES]
    return [f"### The {len(PROPERTIES)} properties", "", *rows, ""]


def _bugs() -> list[str]:
    rows = [f"- {mutant.name}" for mutant in FOUND]
    guarded = [f"- {guarded.mutant.name}: {guarded.because}" for guarded in GUARDED]
    return [
        f"### The {len(FOUND)} seeded bugs, each of which the check finds",
        "",
        *rows,
        "",
        f"{len(GUARDED)} more are harmless because of a second guard; with that guard removed as"
        " well, the check finds them:",
        "",
        *guarded,
        "",
    ]


def main() -> None:
    """Walk everything, and print the page."""
    gc.disable()  # millions of tuples that live to the end
    print(page([explore(scope) for scope in scopes()]), end="")


if __name__ == "__main__":
    main()
