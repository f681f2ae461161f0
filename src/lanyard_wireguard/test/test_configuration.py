"""Configurations as wg-quick reads them, with no more than is needed."""

import configparser
import dataclasses
import ipaddress

from lanyard_wireguard.configuration import hub_text, peer_section, peer_text, without_peer
from lanyard_wireguard.network import Member, Network, Role

HUB = Member("gate", Role.GATEWAY, ipaddress.ip_address("10.77.0.1"), "HUB=", "gate.org:51820")
NETWORK = Network(ipaddress.ip_network("10.77.0.0/24"), 51820, HUB)
TABLET = Member("tablet", Role.DASHBOARD, ipaddress.ip_address("10.77.0.2"), "TABLET=")
ROBOT = Member("arm-1", Role.ROBOT, ipaddress.ip_address("10.77.0.3"), "ROBOT=", behind_nat=True)


def read(text):
    parser = configparser.ConfigParser()
    parser.optionxform = str
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


def test_the_hub_listens_and_lets_a_peer_use_its_one_address():
    text = hub_text(NETWORK, "SECRET=")
    assert read(text) == {
        "Interface": {
            "Address": "10.77.0.1/24",
            "ListenPort": "51820",
            "PrivateKey": "SECRET=",
        }
    }
    assert read(text + peer_section(NETWORK, TABLET, "SHARED="))["Peer"] == {
        "PublicKey": "TABLET=",
        "PresharedKey": "SHARED=",
        "AllowedIPs": "10.77.0.2/32",
    }


def test_a_peer_sends_the_hub_what_is_for_the_hub_and_nothing_else():
    assert read(peer_text(NETWORK, TABLET, "SECRET=", "SHARED=")) == {
        "Interface": {"Address": "10.77.0.2/32", "PrivateKey": "SECRET="},
        "Peer": {
            "PublicKey": "HUB=",
            "PresharedKey": "SHARED=",
            "AllowedIPs": "10.77.0.1/32",
            "Endpoint": "gate.org:51820",
        },
    }


def test_who_stands_behind_nat_keeps_its_way_open():
    assert read(peer_text(NETWORK, ROBOT, "S=", "P="))["Peer"]["PersistentKeepalive"] == "25"
    assert "PersistentKeepalive" not in peer_section(NETWORK, ROBOT, "P=")


def test_a_hub_behind_nat_calls_its_peers_and_keeps_the_way_open():
    hidden = dataclasses.replace(HUB, endpoint="", behind_nat=True)
    network = dataclasses.replace(NETWORK, hub=hidden)
    tablet = dataclasses.replace(TABLET, endpoint="tablet.org:4000")
    section = read(peer_section(network, tablet, "P="))["Peer"]
    assert (section["Endpoint"], section["PersistentKeepalive"]) == ("tablet.org:4000", "25")
    mine = read(peer_text(network, tablet, "S=", "P="))
    assert mine["Interface"]["ListenPort"] == "4000"
    assert "Endpoint" not in mine["Peer"]


def test_a_peer_with_a_key_of_its_own_is_told_where_it_goes():
    text = peer_text(NETWORK, TABLET, None, "SHARED=")
    assert "PrivateKey" not in read(text)["Interface"]
    assert "# Put the private key of TABLET= here:" in text


def test_an_address_of_ipv6_is_a_network_of_one():
    robot = dataclasses.replace(ROBOT, address=ipaddress.ip_address("fd77::3"))
    assert "AllowedIPs = fd77::3/128" in peer_section(NETWORK, robot, "P=")


def test_a_peer_is_taken_out_and_what_others_wrote_stays():
    begin = hub_text(NETWORK, "SECRET=") + "PostUp = echo by hand\n"
    with_robot = begin + peer_section(NETWORK, ROBOT, "P=")
    both = begin + peer_section(NETWORK, TABLET, "P=") + peer_section(NETWORK, ROBOT, "P=")
    assert without_peer(both, "TABLET=") == with_robot
    assert without_peer(with_robot, "ROBOT=") == begin
    assert without_peer(begin, "HUB=") == begin
