"""Patterns of names: what they match, and that they match nothing else."""

from __future__ import annotations

import time

import pytest

from lanyard_core.access.patterns import EVERYTHING, MAX_LENGTH, Pattern, Patterns


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("arm-001", "arm-001"),
        ("arm-*", "arm-"),
        ("arm-*", "arm-001"),
        ("arm-00?", "arm-007"),
        ("/*/status", "/arm_001/status"),
        ("/arm_001/**", "/arm_001/a/b"),
        ("**", "/any/thing at all"),
        ("**/status", "/a/b/status"),
        ("node.*", "node.x"),
    ],
)
def test_a_pattern_matches_what_it_means(pattern, name):
    assert Pattern(pattern).matches(name)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("arm-001", "arm-0011"),
        ("arm-001", "xarm-001"),
        ("arm-001", "ARM-001"),
        ("arm-*", "amr-001"),
        ("arm-00?", "arm-00"),
        ("/*/status", "/a/b/status"),
        ("/arm_001/*", "/arm_001/a/b"),
        ("/arm?001", "/arm/001"),
        ("node.x", "nodeyx"),
        ("arm-001", "arm-001\n"),
        ("**", "a" * (MAX_LENGTH + 1)),
    ],
)
def test_a_pattern_matches_nothing_else(pattern, name):
    assert not Pattern(pattern).matches(name)


@pytest.mark.parametrize("text", ["", "a b", "a\n", "[ab]", "a***b", "(a)", "a" * 257, "é"])
def test_what_cannot_be_a_pattern_is_refused(text):
    with pytest.raises(ValueError, match=r"pattern|stars"):
        Pattern(text)


def test_no_pattern_matches_nothing_and_two_stars_match_all():
    assert not Patterns().match("arm-001")
    assert EVERYTHING.match("arm-001")
    assert Patterns.of(["a", "b*"]).match("bc")


def test_a_hostile_name_costs_no_time():
    began_s = time.perf_counter()
    Pattern("*a*a*a*a*b").matches("a" * MAX_LENGTH)
    assert time.perf_counter() - began_s < 5.0
