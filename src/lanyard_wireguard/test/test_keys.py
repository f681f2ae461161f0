"""Keys that WireGuard takes."""

import pytest

from lanyard_core.faults import BadConfiguration
from lanyard_wireguard import keys

# RFC 7748, section 6.1: Alice's key pair.
PRIVATE = "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo="
PUBLIC = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="


def test_the_public_key_is_that_of_curve25519():
    assert keys.public_key_of(PRIVATE) == PUBLIC


def test_every_key_is_new_and_44_letters_long():
    made = {make() for make in (keys.new_private_key, keys.new_preshared_key) for _ in range(5)}
    assert len(made) == 10
    assert {len(key) for key in made} == {44}


@pytest.mark.parametrize("text", ["", "key", PUBLIC[:-1], PUBLIC + "AAAA", "#" * 44])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(BadConfiguration, match="44 letters"):
        keys.read_public_key(text)


def test_a_public_key_may_end_in_a_line_break():
    assert keys.read_public_key(PUBLIC + "\n") == PUBLIC
