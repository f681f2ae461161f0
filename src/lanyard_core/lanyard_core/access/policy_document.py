"""Reads a policy from plain data (what a YAML or JSON reader gives), with every problem at once.

Strict: a word that is not known is refused, because a misspelt restriction restricts nothing.
``docs/access.md`` describes the format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from lanyard_core.access.issuers import ALGORITHMS, Issuer
from lanyard_core.access.patterns import Pattern, Patterns
from lanyard_core.access.policy import (
    DEFAULT_REQUESTS_PER_S,
    Direction,
    Entry,
    Policy,
    RolePolicy,
)
from lanyard_core.access.preconditions import FIELDS, NEVER_GATED, Precondition
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import BadConfiguration

FORMAT_VERSION = 1
MAX_REQUESTS_PER_S = 10_000
_MAX_HZ = 1_000.0
_MAX_BYTES = 64 * 1024 * 1024
_MAX_STALE_S = 3_600.0
_DIRECTIONS = {
    kind: [direction for direction in Direction if direction.kind == kind]
    for kind in dict.fromkeys(direction.kind for direction in Direction)
}

_ISSUER_TEXTS = ("jwks", "algorithm", "audience", "role_claim", "tenant", "tenant_claim")

_T = TypeVar("_T")


def read_policy(document: object) -> Policy:
    """The policy in ``document``. Raises BadConfiguration with the place of each problem."""
    problems: list[str] = []
    top = _Place("policy", document, problems)
    fields = top.fields("version", "roles", "tenants", "issuers")
    version = fields.get("version")
    if version is None or version.value != FORMAT_VERSION:
        top.complain(f"must have `version: {FORMAT_VERSION}`")
    roles = {name: _role(place) for name, place in _named(fields, "roles")}
    tenants = {name: _tenant(place) for name, place in _named(fields, "tenants")}
    if not roles and not problems:
        top.complain("names no role under `roles`, so nobody could do anything")
    issuers = {name: _issuer(name, place) for name, place in _named(fields, "issuers")}
    if problems:
        raise BadConfiguration(problems)
    return Policy(roles=roles, tenants=tenants, issuers=issuers)


class _Place:
    """A value inside the document, with its path for the problems that are found in it."""

    def __init__(self, path: str, value: object, problems: list[str]) -> None:
        self.path = path
        self.value = value
        self._problems = problems

    def complain(self, message: str) -> None:
        self._problems.append(f"{self.path}: {message}")

    def fields(self, *known: str) -> dict[str, _Place]:
        """The fields of an object; names that are not ``known`` are problems (none known: any)."""
        if not isinstance(self.value, Mapping):
            self.complain("must be an object of names and values")
            return {}
        for name in self.value:
            if known and name not in known:
                self.complain(f"there is no {name!r} here; known: {', '.join(known)}")
        return {
            str(name): _Place(f"{self.path}.{name}", value, self._problems)
            for name, value in self.value.items()
        }

    def items(self) -> list[_Place]:
        """The items of a list."""
        if not isinstance(self.value, list):
            self.complain("must be a list")
            return []
        return [
            _Place(f"{self.path}[{index}]", value, self._problems)
            for index, value in enumerate(self.value)
        ]

    def read(self, convert: Callable[[object], _T], *, what: str) -> _T | None:
        """The value by ``convert``, or None and a problem when that raises ValueError."""
        try:
            return convert(self.value)
        except ValueError:
            self.complain(f"{self.value!r} is not {what}")
            return None

    def number(self, *, above: float, to: float) -> float | None:
        """A number in a range."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.complain("must be a number")
        elif not above < value <= to:
            self.complain(f"must be above {above:g} and at most {to:g}")
        else:
            return float(value)
        return None


def _named(fields: Mapping[str, _Place], name: str) -> list[tuple[str, _Place]]:
    return list(fields[name].fields().items()) if name in fields else []


def _role(place: _Place) -> RolePolicy:
    fields = place.fields("scopes", "robots", "requests_per_s", "preconditions", *_DIRECTIONS)
    rate = fields.get("requests_per_s")
    per_s = None if rate is None else rate.number(above=0, to=MAX_REQUESTS_PER_S)
    directions: dict[Direction, tuple[Entry, ...]] = {}
    for kind, known in _DIRECTIONS.items():
        if kind in fields:
            lists = fields[kind].fields(*(direction.verb for direction in known))
            for direction in known:
                if direction.verb in lists:
                    directions[direction] = _entries(lists[direction.verb])
    return RolePolicy(
        scopes=_scopes(fields.get("scopes")),
        robots=_patterns(fields.get("robots")),
        directions=directions,
        preconditions=_preconditions(fields.get("preconditions")),
        requests_per_s=DEFAULT_REQUESTS_PER_S if per_s is None else max(1, round(per_s)),
    )


def _tenant(place: _Place) -> Patterns:
    return _patterns(place.fields("robots").get("robots"))


def _issuer(url: str, place: _Place) -> Issuer:
    fields = place.fields(*_ISSUER_TEXTS, "roles")
    if not url.startswith("https://"):
        place.complain("an issuer is named by its https URL, as its tokens have it")
    texts = {name: _word(fields[name]) for name in _ISSUER_TEXTS if name in fields}
    for name in ("jwks", "algorithm", "audience"):
        if name not in fields:
            place.complain(f"must have `{name}`")
    if "://" in texts.get("jwks", "") and not texts["jwks"].startswith("https://"):
        fields["jwks"].complain("keys are read over https, or from a file")
    if texts.get("algorithm", ALGORITHMS[0]) not in ALGORITHMS:
        fields["algorithm"].complain(f"must be one of {', '.join(ALGORITHMS)}")
    if "tenant" in fields and "tenant_claim" in fields:
        place.complain("has a `tenant` or a `tenant_claim`, not both")
    roles = {said: _word(role) for said, role in _named(fields, "roles")}
    if not roles:
        place.complain("names no role under `roles`, so its tokens could do nothing")
    needed = {name: texts.pop(name, "") for name in ("jwks", "algorithm", "audience")}
    return Issuer(url=url, roles=roles, **needed, **texts)


def _word(place: _Place) -> str:
    if isinstance(place.value, str) and place.value:
        return place.value
    place.complain("must be a text")
    return ""


def _scopes(place: _Place | None) -> frozenset[Scope]:
    items = place.items() if place is not None else []
    found = [item.read(Scope, what="a scope; docs/access.md lists them") for item in items]
    return frozenset(scope for scope in found if scope is not None)


def _patterns(place: _Place | None) -> Patterns:
    items = place.items() if place is not None else []
    found = [item.read(_pattern, what="a pattern of names such as arm-*") for item in items]
    return Patterns(tuple(pattern for pattern in found if pattern is not None))


def _pattern(value: object) -> Pattern:
    if not isinstance(value, str):
        raise ValueError("no text")
    return Pattern(value)


def _entries(place: _Place) -> tuple[Entry, ...]:
    found = [_entry(item) for item in place.items()]
    return tuple(entry for entry in found if entry is not None)


def _entry(place: _Place) -> Entry | None:
    if isinstance(place.value, str):
        pattern = place.read(_pattern, what="a pattern of names such as /arm_*/status")
        return None if pattern is None else Entry(pattern)
    fields = place.fields("name", "max_hz", "max_bytes", "preconditions")
    if "name" not in fields:
        place.complain("must be a name, or an object with a `name`")
        return None
    pattern = fields["name"].read(_pattern, what="a pattern of names such as /arm_*/status")
    max_hz = fields["max_hz"].number(above=0, to=_MAX_HZ) if "max_hz" in fields else None
    size = fields["max_bytes"].number(above=0, to=_MAX_BYTES) if "max_bytes" in fields else None
    preconditions = _preconditions(fields.get("preconditions"))
    if pattern is None:
        return None
    return Entry(pattern, max_hz, None if size is None else round(size), preconditions)


def _preconditions(place: _Place | None) -> tuple[Precondition, ...]:
    found = [_precondition(item) for item in (place.items() if place is not None else [])]
    return tuple(each for each in found if each is not None)


def _precondition(place: _Place) -> Precondition | None:
    fields = place.fields("field", "allow", "at_least", "stale_after_s", "scopes")
    if "field" not in fields or "stale_after_s" not in fields:
        place.complain("must have `field` and `stale_after_s`")
        return None
    name = fields["field"].value
    if name not in FIELDS:
        fields["field"].complain(f"{name!r} is not known of a robot; known: {', '.join(FIELDS)}")
    if ("allow" in fields) == ("at_least" in fields):
        place.complain("must have either `allow`, a list of values, or `at_least`, a number")
    at_least = fields.get("at_least")
    scopes = _scopes(fields.get("scopes"))
    for scope in sorted(scopes & NEVER_GATED):
        fields["scopes"].complain(f"{scope.value} is never gated: a stop must always get through")
    return Precondition(
        field=str(name),
        stale_after_s=fields["stale_after_s"].number(above=0, to=_MAX_STALE_S) or 0.0,
        allow=tuple(_values(fields.get("allow"))),
        at_least=None if at_least is None else at_least.number(above=-1e9, to=1e9),
        scopes=scopes,
    )


def _values(place: _Place | None) -> list[str | bool | float]:
    found: list[str | bool | float] = []
    for item in place.items() if place is not None else []:
        if isinstance(item.value, (str, bool, int, float)):
            found.append(item.value)
        else:
            item.complain("must be a text, true, false or a number")
    return found
