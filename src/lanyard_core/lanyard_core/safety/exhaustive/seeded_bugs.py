"""The seeded bugs: mistakes that somebody could make, in every part of the machine."""

from __future__ import annotations

from lanyard_core.safety.exhaustive.mutants import Edit, Guarded, Mutant
from lanyard_core.safety.exhaustive.seeds_of_authority import AUTHORITY
from lanyard_core.safety.exhaustive.seeds_of_motion import ARMING, MOTION
from lanyard_core.safety.exhaustive.seeds_of_stops import RESETS, STOPS

FOUND: tuple[Mutant, ...] = tuple(
    Mutant(name, scope, (Edit(module, old, new),))
    for name, scope, module, old, new in (
        *MOTION,
        *ARMING,
        *STOPS,
        *RESETS,
        *AUTHORITY,
    )
)

_RESET_LAST = (
    Edit("machine", "    tick.reset()\n", ""),
    Edit("machine", "    tick.stop()\n", "    tick.stop()\n    tick.reset()\n"),
    Edit(
        "tick",
        "                self.latched = 0\n",
        "                self.latched = self.raised = 0\n",
    ),
)
FOUND += (Mutant("a reset swallows what is raised in its tick", "motion", _RESET_LAST),)


# Mutants that the walk does not find, because a second guard stands behind the first. Each says
# which, and takes that away as well: then the walk must find it.
_ARM_BEFORE_STOP = Edit(
    "table",
    "        Event.STOPPED: State.SAFE_STOP,\n        Event.ARMED: State.ACTIVE,\n",
    "        Event.ARMED: State.ACTIVE,\n        Event.STOPPED: State.SAFE_STOP,\n",
)
_UNCLAMPED = Edit(
    "stream", "wanted, clamped = clamp(", "wanted, clamped = (lambda v, _: (v, False))("
)
_UNSOUND = Edit("machine", "if not _sound(velocity, tick.limits):", "if False:")
GUARDED: tuple[Guarded, ...] = (
    Guarded(
        Mutant("the table prefers arming to a stop", "authority", (_ARM_BEFORE_STOP,)),
        "the table is followed on: ACTIVE with a cause leads to STOPPING in the same tick",
        Edit("table", "        Event.STOPPED: State.STOPPING,\n", ""),
    ),
    Guarded(
        Mutant("a velocity beyond its cap may leave", "stream", (_UNSOUND,)),
        "no rule makes such a velocity: commands are clamped, and ramps stay between",
        _UNCLAMPED,
    ),
)
