"""Frames in pieces: any order, bounded in number, size and time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanyard_core.faults import BadInput
from lanyard_rosbridge.protocol.fragments import MAX_AGE_S, MAX_ASSEMBLIES, Assembler, cut
from lanyard_rosbridge.protocol.operations import Fragment


@given(st.text(min_size=1), st.integers(1, 40), st.randoms())
def test_what_is_cut_is_put_together_in_any_order(text, size, chance):
    pieces = [Fragment(f["id"], f["data"], f["num"], f["total"]) for f in cut(text, size, "x")]
    chance.shuffle(pieces)
    assembler = Assembler(max_bytes=10_000)
    *early, last = [assembler.add(piece, 0.0) for piece in pieces]
    assert early == [None] * len(early)
    assert last == text
    assert assembler.waiting_bytes == 0


@pytest.mark.parametrize(("num", "total"), [(0, 0), (1, 1), (-1, 2), (0, 1 << 30), (5, 2)])
def test_pieces_that_cannot_be_are_refused(num, total):
    with pytest.raises(BadInput):
        Assembler(max_bytes=100).add(Fragment("x", "d", num, total), 0.0)


def test_a_bomb_of_pieces_takes_no_more_than_its_bound():
    assembler = Assembler(max_bytes=1000)
    for number in range(10):
        assembler.add(Fragment("x", "d" * 99, number, 1000), 0.0)
    with pytest.raises(BadInput, match="1000 bytes"):
        assembler.add(Fragment("x", "d" * 99, 10, 1000), 0.0)
    assert assembler.waiting_bytes == 0


def test_a_bomb_of_frames_takes_no_more_than_its_bound_and_is_forgotten_in_time():
    assembler = Assembler(max_bytes=1000)
    for number in range(MAX_ASSEMBLIES):
        assembler.add(Fragment(str(number), "d", 0, 2), 0.0)
    with pytest.raises(BadInput, match="already"):
        assembler.add(Fragment("one more", "d", 0, 2), 1.0)
    assert assembler.add(Fragment("one more", "d", 0, 2), MAX_AGE_S + 1.0) is None
    assert assembler.waiting_bytes == 1


def test_pieces_that_disagree_about_their_number_are_refused():
    assembler = Assembler(max_bytes=1000)
    assembler.add(Fragment("x", "d", 0, 2), 0.0)
    with pytest.raises(BadInput, match="changed"):
        assembler.add(Fragment("x", "d", 1, 3), 0.0)
