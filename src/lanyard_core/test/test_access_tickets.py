"""Tickets: once, for ten seconds, for one socket."""

from __future__ import annotations

import pytest

from lanyard_core.access.principal import Principal
from lanyard_core.access.tickets import LIFE_S, MAX_PER_CREDENTIAL, TicketBook
from lanyard_core.faults import Forbidden, Unauthenticated

ME = Principal("jyjeevjybx", "operator", frozenset())
YOU = Principal("aaaaaaaaaa", "operator", frozenset())


@pytest.fixture
def book() -> TicketBook:
    return TicketBook()


def issue(book, *, principal=ME, number=0, now=0.0, channel="command", robot_id="arm-001") -> str:
    entropy = number.to_bytes(32, "big")
    return book.issue(principal, channel=channel, robot_id=robot_id, entropy=entropy, now=now)


def test_a_ticket_is_good_once(book):
    text = issue(book)
    assert book.redeem(text, now=1.0).principal is ME
    with pytest.raises(Unauthenticated) as refused:
        book.redeem(text, now=1.0)
    assert refused.value.code == "ticket_used"
    assert len(book) == 0


@pytest.mark.parametrize(("age_s", "good"), [(0.0, True), (LIFE_S - 0.01, True), (LIFE_S, False)])
def test_a_ticket_is_good_for_ten_seconds(book, age_s, good):
    text = issue(book, now=5.0)
    if good:
        assert book.redeem(text, now=5.0 + age_s)
    else:
        with pytest.raises(Unauthenticated):
            book.redeem(text, now=5.0 + age_s)


def test_a_text_that_was_never_given_out_is_refused(book):
    issue(book)
    for text in ("", "B" * 43, "\udcff"):
        with pytest.raises(Unauthenticated):
            book.redeem(text, now=0.0)


@pytest.mark.parametrize(
    ("channel", "robot_id"), [("telemetry", "arm-001"), ("command", "amr-002"), ("command", None)]
)
def test_a_ticket_fits_only_the_socket_that_it_was_made_for(book, channel, robot_id):
    ticket = book.redeem(issue(book), now=0.0)
    ticket.check_fits("command", "arm-001")
    with pytest.raises(Forbidden):
        ticket.check_fits(channel, robot_id)


def test_one_credential_has_so_many_tickets_and_takes_none_from_others(book):
    others = issue(book, principal=YOU, number=999)
    texts = [issue(book, number=number) for number in range(MAX_PER_CREDENTIAL + 5)]
    assert len(book) == MAX_PER_CREDENTIAL + 1
    with pytest.raises(Unauthenticated):
        book.redeem(texts[0], now=0.0)
    assert book.redeem(texts[-1], now=0.0)
    assert book.redeem(others, now=0.0)


def test_tickets_that_nobody_used_are_forgotten(book):
    for number in range(5):
        issue(book, number=number)
    issue(book, principal=YOU, number=9, now=LIFE_S)
    assert len(book) == 1


def test_a_ticket_is_made_of_256_random_bits(book):
    with pytest.raises(ValueError, match="32"):
        book.issue(ME, channel="events", robot_id=None, entropy=b"few", now=0.0)
