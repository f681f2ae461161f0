"""A role of the policy as the glob parameters of the upstream rosbridge_suite. Pure.

Upstream has three lists without directions, in which a star crosses slashes, and an empty list is
open to all. So the lists here are never empty, whatever could reach a topic that moves a robot is
refused, and what else they open beyond the policy is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lanyard_core.access.patterns import Patterns, words_of
from lanyard_core.access.policy import Direction, Entry, RolePolicy
from lanyard_core.faults import BadConfiguration

NOTHING = "/-"
"""Is the name of nothing in ROS; an empty list would open everything."""

_INTERNAL = ("**/lanyard/command", "**/lanyard/heartbeat")
_INTERNAL_SERVICES = (
    "**/lanyard/acquire_lease", "**/lanyard/arm", "**/lanyard/release_lease",
    "**/lanyard/request_stop", "**/lanyard/reset",
)  # fmt: skip
_PAIRS = (
    (Direction.SUBSCRIBE, Direction.PUBLISH),
    (Direction.CALL, Direction.ADVERTISE_SERVICE),
    (Direction.READ_PARAMETER, Direction.WRITE_PARAMETER),
)


@dataclass(frozen=True, slots=True)
class Globs:
    """The three lists as upstream reads them, and what they open beyond the policy."""

    topics: str
    services: str
    params: str
    wider: tuple[str, ...]


def globs_of(role: RolePolicy, motion: Patterns) -> Globs:
    """The lists of a role. Raises BadConfiguration where one could reach what moves a robot."""
    topics, services, params = (tuple(dict.fromkeys(_texts(role, pair))) for pair in _PAIRS)
    problems = [
        *_reaching(topics, (*motion.texts(), *_INTERNAL), "topics"),
        *_reaching(services, _INTERNAL_SERVICES, "services"),
    ]
    if problems:
        raise BadConfiguration(problems)
    return Globs(_written(topics), _written(services), _written(params), tuple(_wider(role)))


def _texts(role: RolePolicy, directions: Iterable[Direction]) -> Iterator[str]:
    for direction in directions:
        for entry in role.directions.get(direction, ()):
            yield entry.pattern.text


def _written(texts: Iterable[str]) -> str:
    globs = [text.replace("**", "*") for text in texts] or [NOTHING]
    return "[" + ", ".join(globs) + "]"


def _reaching(texts: Iterable[str], guarded: Iterable[str], kind: str) -> Iterator[str]:
    patterns = tuple(guarded)
    for text in texts:
        found = next((each for each in patterns if overlap(text, each)), None)
        if found is not None:
            yield (
                f"policy: {kind}: {text} could mean {found}, which moves a robot or is the"
                " gateway's, and rosbridge_suite has no guards for that: name what is meant, or"
                " use server:=lanyard"
            )


def _wider(role: RolePolicy) -> Iterator[str]:
    yield "nobody is asked for a key: whoever is in the tunnel has this role"
    yield "actions have no list: every client may send goals to every action"
    for reading, writing in _PAIRS:
        one_way = sorted(set(_texts(role, [reading])) ^ set(_texts(role, [writing])))
        if one_way:
            names = ", ".join(one_way)
            yield f"{reading.kind}: {reading.verb} and {writing.verb} are one list: {names}"
    entries = [entry for pair in _PAIRS for each in pair for entry in role.directions.get(each, ())]
    stars = sorted({entry.pattern.text for entry in entries if _has_single(entry.pattern.text)})
    if stars:
        yield f"a star crosses slashes, so these mean more: {', '.join(stars)}"
    if any(_is_bounded(entry) for entry in entries):
        yield "max_hz, max_bytes and preconditions of entries are not held"


def _has_single(text: str) -> bool:
    return any(word in ("*", "?") for word in words_of(text))


def _is_bounded(entry: Entry) -> bool:
    return bool(entry.max_hz or entry.max_bytes or entry.preconditions)


def overlap(glob: str, pattern: str) -> bool:
    """Whether a name exists that both mean; in ``glob`` every star crosses slashes."""
    ours = [_one(word, crosses=True) for word in words_of(glob)]
    theirs = [_one(word, crosses=word == "**") for word in words_of(pattern)]
    waiting, seen = [(0, 0)], {(0, 0)}
    while waiting:
        here, there = waiting.pop()
        if (here, there) == (len(ours), len(theirs)):
            return True
        for step in _steps(ours, theirs, here, there):
            if step not in seen:
                seen.add(step)
                waiting.append(step)
    return False


@dataclass(frozen=True, slots=True)
class _One:
    """One place of a pattern: a letter (or any), that may repeat, and may be a slash."""

    letter: str
    repeats: bool
    crosses: bool

    def meets(self, other: _One) -> bool:
        """Whether one letter exists that both take."""
        if self.letter and other.letter:
            return self.letter == other.letter
        if self.letter or other.letter:
            wild, letter = (other, self.letter) if self.letter else (self, other.letter)
            return wild.crosses or letter != "/"
        return True


def _one(word: str, *, crosses: bool) -> _One:
    return _One("" if word[0] in "*?" else word, word[0] == "*", crosses)


def _steps(
    ours: list[_One], theirs: list[_One], here: int, there: int
) -> Iterator[tuple[int, int]]:
    mine = ours[here] if here < len(ours) else None
    other = theirs[there] if there < len(theirs) else None
    if mine is not None and mine.repeats:
        yield here + 1, there
    if other is not None and other.repeats:
        yield here, there + 1
    if mine is not None and other is not None and mine.meets(other):
        yield here + (not mine.repeats), there + (not other.repeats)
