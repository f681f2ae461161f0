"""What terminals send, byte for byte, and the keys that it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanyard_client.cli.keys import Action, KeyDecoder, KeyEvent


def keys(data):
    return [(event.key, event.action) for event in KeyDecoder().feed(data)]


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"wW ", ["w", "w", "space"]),
        (b"\x1b[A\x1b[B\x1b[C\x1b[D", ["up", "down", "right", "left"]),
        (b"\x1bOA\x1bOD", ["up", "left"]),
        (b"\x03\x04\r", ["ctrl+c", "ctrl+d", "enter"]),
        ("ä".encode(), ["ä"]),
        (b"\x1b[200~w\x1b[I", ["w"]),
        (b"\x1b\x1b[A", ["up"]),
    ],
)
def test_a_plain_terminal_sends_presses(data, names):
    assert keys(data) == [(name, Action.PRESS) for name in names]


@pytest.mark.parametrize(
    ("data", "event"),
    [
        (b"\x1b[119u", ("w", Action.PRESS)),
        (b"\x1b[119;1:2u", ("w", Action.REPEAT)),
        (b"\x1b[119;1:3u", ("w", Action.RELEASE)),
        (b"\x1b[1;1:3A", ("up", Action.RELEASE)),
        (b"\x1b[32;1:1u", ("space", Action.PRESS)),
        (b"\x1b[99;5u", ("ctrl+c", Action.PRESS)),
        (b"\x1b[119:87;66:1u", ("w", Action.PRESS)),
    ],
)
def test_a_terminal_that_reports_releases_is_understood(data, event):
    assert keys(data) == [event]


def test_a_key_without_a_letter_is_none():
    assert keys(b"\x1b[57441u\x1b[57441;1:3u") == []


def test_the_answer_that_releases_can_be_reported_is_heard_and_is_no_key():
    decoder = KeyDecoder()
    assert decoder.feed(b"\x1b[?0u") == []
    assert decoder.can_report_releases


@pytest.mark.parametrize("cut", [1, 2, 3, 5])
def test_a_sequence_that_comes_in_pieces_is_put_together(cut):
    decoder = KeyDecoder()
    data = b"\x1b[119;1:3u"
    assert decoder.feed(data[:cut]) == []
    assert decoder.feed(data[cut:]) == [KeyEvent("w", Action.RELEASE)]


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_whatever_comes_is_survived_and_not_hoarded(pieces):
    decoder = KeyDecoder()
    for piece in pieces:
        decoder.feed(piece)
    assert len(decoder._rest) < 64


def test_what_is_no_sequence_is_given_up_in_time_for_the_next_key():
    decoder = KeyDecoder()
    decoder.feed(b"\x1b[" + b"1;" * 30)
    assert KeyEvent("space") in decoder.feed(b" ")
