"""The plan: private addresses, nobody twice, somebody who can be called."""

import dataclasses
import ipaddress

import pytest

from lanyard_core.faults import BadConfiguration, NotFound
from lanyard_wireguard.network import (
    Member,
    Network,
    Role,
    read_endpoint,
    read_name,
    read_subnet,
)

HUB = Member("gate", Role.GATEWAY, ipaddress.ip_address("10.77.0.1"), "hub-key", "gate:51820")
NETWORK = Network(ipaddress.ip_network("10.77.0.0/24"), 51820, HUB)


def peer(name="tablet", address="10.77.0.2", key="key", **more):
    return Member(name, Role.DASHBOARD, ipaddress.ip_address(address), key, **more)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (peer(address="10.77.0.9", key="other"), "the name tablet is taken"),
        (peer("gate", "10.77.0.9", "other"), "the name gate is taken by a gateway"),
        (peer("phone", key="other"), "10.77.0.2 is tablet's: choose another, such as 10.77.0.3"),
        (peer("phone", "10.77.0.1", "other"), "10.77.0.1 is gate's"),
        (peer("phone", "10.77.0.9"), "the public key is tablet's"),
        (peer("phone", "10.77.1.9", "other"), "is no host of 10.77.0.0/24"),
        (peer("phone", "fd77::9", "other"), "is no host of 10.77.0.0/24"),
        (peer("phone", "10.77.0.255", "other"), "is no host of 10.77.0.0/24"),
        (peer("phone", "10.77.0.0", "other"), "is no host of 10.77.0.0/24"),
    ],
)
def test_nobody_is_there_twice_or_elsewhere(other, why):
    with pytest.raises(BadConfiguration, match=why):
        NETWORK.with_peer(peer()).with_peer(other)


def test_every_problem_is_told():
    with pytest.raises(BadConfiguration) as caught:
        NETWORK.with_peer(peer("gate", "10.77.0.1", "hub-key"))
    assert len(caught.value.problems) == 3


def test_one_of_two_must_be_where_it_can_be_called():
    hidden = dataclasses.replace(NETWORK, hub=dataclasses.replace(HUB, endpoint=""))
    with pytest.raises(BadConfiguration, match="neither gate nor tablet can be called"):
        hidden.with_peer(peer())
    assert hidden.with_peer(peer(endpoint="tablet:51820")).peers


def test_addresses_are_given_out_until_there_are_none():
    small = dataclasses.replace(NETWORK, subnet=ipaddress.ip_network("10.77.0.0/30"))
    assert str(small.free_address()) == "10.77.0.2"
    with pytest.raises(BadConfiguration, match=r"all addresses of 10\.77\.0\.0/30 are taken"):
        small.with_peer(peer()).free_address()


def test_an_address_comes_free_when_its_peer_is_gone():
    both = NETWORK.with_peer(peer()).with_peer(peer("phone", "10.77.0.3", "other"))
    assert str(both.without("tablet").free_address()) == "10.77.0.2"
    with pytest.raises(NotFound, match="there are: tablet, phone"):
        both.without("nobody")


@pytest.mark.parametrize("text", ["10.77.0.0/24", "172.16.4.0/30", "192.168.9.0/28", "fd77::/64"])
def test_a_private_subnet_will_do(text):
    assert str(read_subnet(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "8.8.8.0/24",
        "10.77.0.1/24",
        "10.77.0.0/31",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "2a00::/64",
        "x",
    ],
)
def test_another_subnet_is_refused(text):
    with pytest.raises(BadConfiguration, match=r"such as 10\.77\.0\.0/24"):
        read_subnet(text)


@pytest.mark.parametrize(
    "text", ["", "x", "Tablet", "1st", "a" * 16, "../x", "a b", "tablet-", "ü2"]
)
def test_a_name_that_no_interface_could_have_is_refused(text):
    with pytest.raises(BadConfiguration, match="the name"):
        read_name(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("robot.example.org", "robot.example.org:51820"),
        ("203.0.113.7:4000", "203.0.113.7:4000"),
        ("[2001:db8::7]", "[2001:db8::7]:51820"),
        ("[2001:db8::7]:4000", "[2001:db8::7]:4000"),
    ],
)
def test_an_endpoint_is_a_host_and_a_port(text, read):
    assert read_endpoint(text, port=51820) == read


@pytest.mark.parametrize(
    "text", ["", ":51820", "a b", "host:0", "host:65536", "host:x", "2001:db8::7", "x\nPostUp=y"]
)
def test_another_endpoint_is_refused(text):
    with pytest.raises(BadConfiguration, match="no place to call"):
        read_endpoint(text, port=51820)
