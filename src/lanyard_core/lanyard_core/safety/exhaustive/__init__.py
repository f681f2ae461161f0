"""The exhaustive check: every reachable state and transition of the function that ships.

    model       small units, in which the machine has finitely many states; alphabets of inputs
    observer    a witness of its own, which sees only what goes in and comes out
    properties  what must hold on every transition, each with a name
    bounds      what must happen within so many ticks
    explorer    breadth-first search, with a shortest trace to any violation
    mutants     bugs seeded into the source of the machine, to prove that the check bites

``python -m lanyard_core.safety.exhaustive`` runs it and prints the figures. Nothing in the
machine knows that it is checked: the model only chooses small numbers and short time-outs.
"""
