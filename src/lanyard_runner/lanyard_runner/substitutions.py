"""Substitutions: ``$(var x)``, ``$(find-pkg-share p)``, ``$(env X)``, ``$(env X default)``.

They may be nested, as in ``$(env HOME $(var home))``. Anything else in ``$( )`` is an error. Pure:
the environment and the way to find a package are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

KNOWN = "$(var name), $(find-pkg-share package), $(env NAME) and $(env NAME default)"


class SubstitutionError(ValueError):
    """A substitution that is not understood or cannot be resolved; says what to do."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What substitutions are resolved from."""

    environment: Mapping[str, str]
    find_share: Callable[[str], Path]
    """The share directory of a package; raises LookupError when there is no such package."""


def resolve(text: str, *, variables: Mapping[str, str], surroundings: Surroundings) -> str:
    """``text`` with every substitution replaced. Raises SubstitutionError."""
    if "\\" in text:
        raise SubstitutionError(f"{text!r} has a backslash: escapes are not understood, avoid them")
    result, rest = "", text
    while "$(" in rest:
        before, _, rest = rest.partition("$(")
        inner, rest = _until_closed(rest, whole=text)
        inner = resolve(inner, variables=variables, surroundings=surroundings)
        result += before + _perform(inner, variables, surroundings)
    return result + rest


def _until_closed(text: str, *, whole: str) -> tuple[str, str]:
    """Split ``text`` at the bracket that closes the substitution that it stands in."""
    depth = 1
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return text[:position], text[position + 1 :]
    raise SubstitutionError(f"{whole!r}: a '$(' is not closed")


def _perform(inner: str, variables: Mapping[str, str], surroundings: Surroundings) -> str:
    kind, *words = inner.split() or [""]
    if any(quote in inner for quote in "'\""):
        raise SubstitutionError(f"$({inner}): quotes inside of a substitution are not understood")
    if kind == "var" and len(words) == 1:
        if words[0] not in variables:
            known = ", ".join(sorted(variables)) or "none"
            raise SubstitutionError(f"there is no variable {words[0]!r} here; there are: {known}")
        return variables[words[0]]
    if kind == "find-pkg-share" and len(words) == 1:
        try:
            return str(surroundings.find_share(words[0]))
        except LookupError:
            raise SubstitutionError(
                f"package {words[0]!r} is not found: build it (`make setup`), or mend the name"
            ) from None
    if kind == "env" and len(words) in (1, 2):
        value = surroundings.environment.get(*words)
        if value is None:
            raise SubstitutionError(f"the environment variable {words[0]} is not set: set it")
        return value
    raise SubstitutionError(f"$({inner}) is not understood; there are {KNOWN}")
