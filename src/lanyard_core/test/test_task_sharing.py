"""Which of several gateways serves which robot."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lanyard_core.task.sharing import fair_shares

ROBOTS = [f"r-{number}" for number in range(30)]
served = st.dictionaries(
    st.sampled_from("abcdef"), st.frozensets(st.sampled_from(ROBOTS)), min_size=1
)


@given(served)
def test_every_robot_that_anybody_serves_has_one_gateway_that_can_serve_it(gateways):
    shares = fair_shares(gateways)
    given_out = [robot for share in shares.values() for robot in share]
    assert sorted(given_out) == sorted(set().union(*gateways.values()))
    assert all(share <= gateways[gateway] for gateway, share in shares.items())


@given(served, st.sampled_from("abcdef"))
def test_when_a_gateway_goes_only_its_own_robots_change_hands(gateways, gone):
    left = {name: robots for name, robots in gateways.items() if name != gone}
    if not left:
        return
    before, after = fair_shares(gateways), fair_shares(left)
    assert all(before[name] <= after[name] for name in left)


def test_robots_are_spread_over_all_gateways():
    shares = fair_shares({name: frozenset(ROBOTS) for name in "abc"})
    assert min(len(share) for share in shares.values()) >= 5
