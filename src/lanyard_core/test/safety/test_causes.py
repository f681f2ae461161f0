"""Causes: every one has its severity and its sentence."""

import pytest

from lanyard_core.safety.causes import INTERNAL, SENTENCES, SEVERE, SOFT, in_words, names
from lanyard_core.safety.states import Cause


def test_every_cause_has_a_sentence_for_an_operator():
    assert set(SENTENCES) == {cause for cause in Cause if cause}


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause])
def test_every_cause_has_one_severity(cause):
    assert sum(bool(cause & severity) for severity in (SOFT, SEVERE, INTERNAL)) == 1


def test_sentences_stand_in_order_of_severity():
    ranks = [
        next(rank for rank, bits in enumerate((INTERNAL, SEVERE, SOFT)) if cause & bits)
        for cause in SENTENCES
    ]
    assert ranks == sorted(ranks)


def test_the_most_severe_cause_is_said():
    assert "halt" in in_words(Cause.HALT_REQUEST | Cause.STOP_REQUEST)


def test_no_cause_is_no_words():
    assert in_words(0) == ""
    assert names(0) == []


def test_names_list_every_cause():
    assert names(Cause.SEQUENCE | Cause.OVERRUN) == ["OVERRUN", "SEQUENCE"]
