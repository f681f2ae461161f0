"""Patterns of names: how a policy says which robots, topics and services it means.

``?`` is one character and ``*`` any number of them, neither crosses a slash; ``**`` crosses
slashes, so ``["**"]`` means all. Everything else stands for itself, in its own case. A pattern
matches a whole name or not at all, in one pass: a name that a stranger chose cannot make it slow,
as it could a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

MAX_LENGTH = 256
_WORD = re.compile(r"\*\*|\*|.")
_END = ""
_ALLOWED = re.compile(r"[A-Za-z0-9_~./:*?-]+")


def words_of(text: str) -> list[str]:
    """A pattern's text as its stars and its single characters."""
    return _WORD.findall(text)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern. ValueError when its text cannot be one."""

    text: str
    _words: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.text) > MAX_LENGTH or not _ALLOWED.fullmatch(self.text):
            raise ValueError(f"{self.text[:MAX_LENGTH]!r} is no pattern of names")
        if "***" in self.text:
            raise ValueError(f"{self.text!r} has three stars in a row; ** already means anything")
        object.__setattr__(self, "_words", (*words_of(self.text), _END))

    def matches(self, name: str) -> bool:
        """Whether ``name`` is one that the pattern means; a name that is too long is none."""
        if len(name) > MAX_LENGTH:
            return False
        if self.text in ("**", name):
            return True
        # The places in the pattern at which one may be after each character, all at once.
        words = self._words
        places = self._past_stars({0})
        for character in name:
            steps = {place + 1 for place in places if _is_one(words[place], character)}
            stays = {place for place in places if _takes(words[place], character)}
            places = self._past_stars(steps | stays)
        return len(words) - 1 in places

    def _past_stars(self, places: set[int]) -> set[int]:
        """``places``, and those behind the stars there: a star may stand for nothing."""
        return places | {place + 1 for place in places if self._words[place].startswith("*")}


def _is_one(word: str, character: str) -> bool:
    return word == character != "*" or (word == "?" and character != "/")


def _takes(star: str, character: str) -> bool:
    return star == "**" or (star == "*" and character != "/")


@dataclass(frozen=True, slots=True)
class Patterns:
    """Several patterns: a name fits when one of them matches. Without any, nothing fits."""

    patterns: tuple[Pattern, ...] = ()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Patterns:
        """The patterns written as ``texts``. ValueError for the first that cannot be one."""
        return cls(tuple(Pattern(text) for text in texts))

    def match(self, name: str) -> bool:
        """Whether one of the patterns means ``name``."""
        return any(pattern.matches(name) for pattern in self.patterns)

    def texts(self) -> list[str]:
        """As they were written."""
        return [pattern.text for pattern in self.patterns]


EVERYTHING = Patterns.of(["**"])
