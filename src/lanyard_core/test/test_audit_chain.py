"""The chain: no entry can be changed, removed, added, moved or cut off unseen."""

from __future__ import annotations

import hashlib
import json

import pytest

from lanyard_core.audit.chain import GENESIS, START, ChainBroken, Link, append, check
from lanyard_core.audit.heads import Head, HeadsByNumber, read_head
from lanyard_core.audit.verification import verify

ENTRIES = 1000
NO_HEADS = HeadsByNumber([])


def record(number: int) -> dict[str, object]:
    return {"ts": f"2026-11-21T10:00:{number % 60:02}.000Z", "key_id": "aaaaaaaaaa",
            "status": 200, "endpoint": "/tasks", "x": number}  # fmt: skip


def written(records) -> tuple[list[bytes], list[Link]]:
    """The lines of a log, and the chain's end before each of them and after the last."""
    lines, links = [], [START]
    for each in records:
        line, link = append(links[-1], each)
        lines.append(line)
        links.append(link)
    return lines, links


@pytest.fixture(scope="module")
def log() -> tuple[list[bytes], list[Link]]:
    return written(record(number) for number in range(ENTRIES))


def head(link: Link) -> Head:
    return Head(link, "2026-11-21T10:00:00.000Z", "k")


def test_a_line_is_json_with_its_number_and_both_hashes(log):
    lines, links = log
    first, second = json.loads(lines[0]), json.loads(lines[1])
    assert (first["n"], first["prev"], second["n"]) == (1, GENESIS, 2)
    assert second["prev"] == first["hash"] == links[1].hash
    assert next(iter(first)) == "n"
    assert lines[0].endswith(b'"}\n')


def test_a_whole_log_is_found_whole(log):
    lines, links = log
    verdict = verify(lines, HeadsByNumber([head(links[500]), head(links[ENTRIES])]))
    assert (verdict.first, verdict.last, verdict.attested) == (1, ENTRIES, ENTRIES)
    assert verdict.problems == ()


@pytest.mark.parametrize(
    "value", ["half a pair \ud800", "\u2028 é 🤖", 2**70, 0.1, (1, 2), {"deep": [None]}, "\n\x00"]
)
def test_whatever_a_caller_put_into_an_entry_comes_back_from_its_line(value):
    lines, links = written([{"path": value}, record(1)])
    assert check(check(START, lines[0]), lines[1]) == links[-1]
    assert json.loads(lines[0])["path"] == (list(value) if isinstance(value, tuple) else value)
    assert lines[0].count(b"\n") == 1


def test_any_text_survives_in_a_line():
    nasty = {"path": 'a"}\n,"hash":"' + "0" * 64 + '"}é\udcff', "hash": "mine", "n": "mine"}
    lines, links = written([nasty, record(1)])
    assert b"\n" not in lines[0][:-1]
    link = check(check(START, lines[0]), lines[1])
    assert link == links[2]


def changed(line: bytes) -> bytes:
    return line.replace(b'"status":200', b'"status":403')


def forged(last: Link) -> bytes:
    return append(last, record(7))[0]


def tampered(lines: list[bytes], links: list[Link], at: int) -> dict[str, tuple[Link, list]]:
    """The last entry that is as it was, and what stands behind it, for five ways to tamper."""
    here, behind = lines[at], lines[at + 1 : at + 3]
    swap = min(at, ENTRIES - 2)
    return {
        "edit": (links[at], [changed(here), *behind]),
        "delete": (links[at], behind),
        "insert": (links[at], [forged(links[at]), here, *behind]),
        "reorder": (links[swap], [lines[swap + 1], lines[swap]]),
        "truncate": (links[at], []),
    }


def test_every_one_of_5000_ways_to_tamper_with_1000_entries_is_found(log):
    lines, links = log
    heads = HeadsByNumber([head(links[ENTRIES])])
    missed = [
        (kind, at + 1)
        for at in range(ENTRIES)
        for kind, (good, behind) in tampered(lines, links, at).items()
        if not verify(behind, heads, after=good).problems
    ]
    assert missed == []


def test_without_tampering_the_same_check_finds_nothing(log):
    lines, links = log
    heads = HeadsByNumber([head(links[ENTRIES])])
    assert all(not verify(lines[at:], heads, after=links[at]).problems for at in (0, 1, 500, 999))


@pytest.mark.parametrize("at", [0, 1, 499, 998, 999])
@pytest.mark.parametrize("kind", ["edit", "delete", "insert"])
def test_a_log_that_is_made_anew_behind_the_change_contradicts_its_heads(log, at, kind):
    lines, links = log
    records = [json.loads(line) for line in lines]
    bare = [{k: v for k, v in r.items() if k not in ("n", "prev", "hash")} for r in records]
    if kind == "edit":
        bare[at]["status"] = 403
    elif kind == "delete":
        del bare[at]
    else:
        bare.insert(at, record(7))
    anew, _ = written(bare)
    assert verify(anew, NO_HEADS).problems == ()  # the chain alone cannot tell
    assert verify(anew, HeadsByNumber([head(links[ENTRIES])])).problems


def test_the_place_of_the_first_break_is_told(log):
    lines, _ = log
    broken = [*lines[:41], changed(lines[41]), *lines[42:]]
    assert verify(broken, NO_HEADS).problems == ("entry 42: was changed: its hash does not fit",)


def test_a_cut_end_is_found_by_a_head_only(log):
    lines, links = log
    assert verify(lines[:900], NO_HEADS).problems == ()
    [problem] = verify(lines[:900], HeadsByNumber([head(links[950])])).problems
    assert "ends at 900" in problem


def test_an_empty_log_is_whole_unless_a_head_speaks_of_entries(log):
    _, links = log
    assert verify([], NO_HEADS).problems == ()
    assert verify([], HeadsByNumber([head(links[1])])).problems


def test_a_log_may_begin_behind_an_entry_that_a_head_vouches_for(log):
    lines, links = log
    assert verify(lines[300:], HeadsByNumber([head(links[300])])).problems == ()
    assert verify(lines[300:], NO_HEADS).problems
    assert verify(lines[300:], HeadsByNumber([head(links[299])])).problems


@pytest.mark.parametrize(
    "line",
    [b"", b"\n", b"{}\n", b"null\n", b"\xff\n", b'{"n":1}\n', b"[" * 100, b"x" * 20_000],
)
def test_anything_else_is_no_line(line):
    with pytest.raises(ChainBroken):
        check(START, line)


def test_a_line_whose_hash_fits_but_which_is_no_entry_is_refused():
    for text in (b'{"a":1', b'{"n":true,"prev":""', b'{"n":1', b'[1,"prev"'):
        digest = hashlib.sha256(text + b"}").hexdigest().encode()
        with pytest.raises(ChainBroken):
            check(START, text + b',"hash":"' + digest + b'"}\n')


def test_a_head_survives_as_a_line():
    made = Head(Link(7, "ab"), "2026-11-21T10:00:00.000Z", "k", "sig")
    assert read_head(made.line()) == made
    assert b"lanyard-audit-head" in made.signed_bytes()


@pytest.mark.parametrize("line", ["", "{", "[]", "{}", '{"n":"1"}', "null"])
def test_what_is_no_head_is_refused(line):
    with pytest.raises(ValueError, match=r".*"):
        read_head(line)


def test_two_heads_that_disagree_leave_neither_to_vouch(log):
    _, links = log
    heads = HeadsByNumber([head(links[1]), head(Link(1, GENESIS))])
    assert heads.contradict(links[1])
    assert not heads.vouch_for(links[1])
