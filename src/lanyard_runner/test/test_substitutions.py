"""Substitutions in launch files."""

from pathlib import Path

import pytest

from lanyard_runner.substitutions import SubstitutionError, Surroundings, resolve


def find_share(package):
    if package != "lanyard_bringup":
        raise LookupError(package)
    return Path("/opt/share/lanyard_bringup")


SURROUNDINGS = Surroundings({"HOME": "/home/op", "EMPTY": ""}, find_share)


def resolved(text, **variables):
    return resolve(text, variables=variables, surroundings=SURROUNDINGS)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain (text) $5", "plain (text) $5"),
        ("$(var a)", "1"),
        ("x$(var a)y$(var b)z", "x1y2z"),
        ("$(find-pkg-share lanyard_bringup)/config", "/opt/share/lanyard_bringup/config"),
        ("$(env HOME)", "/home/op"),
        ("$(env EMPTY)", ""),
        ("$(env NONE there)", "there"),
        ("$(env NONE $(var b))", "2"),
        ("$(var $(env NONE a))", "1"),
    ],
)
def test_a_substitution_is_replaced_by_its_value(text, result):
    assert resolved(text, a="1", b="2") == result


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("$(var c)", "there is no variable 'c' here; there are: a"),
        ("$(find-pkg-share lanyard)", "package 'lanyard' is not found"),
        ("$(env NONE)", "the environment variable NONE is not set"),
        ("$(eval 1 + 1)", "is not understood; there are"),
        ("$(command rm)", "is not understood"),
        ("$()", "is not understood"),
        ("$(var a b)", "is not understood"),
        ("$(var a", "is not closed"),
        ("$(env NONE 'a b')", "quotes"),
        ("a\\$(var a)", "backslash"),
    ],
)
def test_what_cannot_be_resolved_is_refused_with_a_remedy(text, message):
    with pytest.raises(SubstitutionError) as caught:
        resolved(text, a="1")
    assert message in str(caught.value)
