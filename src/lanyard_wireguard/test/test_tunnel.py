"""Which addresses a bridge may listen on, and the words in which the others are refused."""

import pytest

from lanyard_core.faults import BadConfiguration
from lanyard_wireguard.tunnel import interfaces_of, tunnel_with


def link(name, kind, *addresses, up=True):
    """An interface as `ip -json -details address` tells it."""
    told = {"ifname": name, "flags": ["NOARP", *(["UP"] if up else [])]}
    told["addr_info"] = [{"family": "inet", "local": each, "prefixlen": 24} for each in addresses]
    return told | ({"linkinfo": {"info_kind": kind}} if kind else {})


LINKS = [
    link("lo", "", "127.0.0.1", "::1"),
    link("eth0", "", "192.168.1.5", "8.8.8.8", "2a00:1450:4001::5"),
    link("veth0", "veth", "172.20.0.5"),
    link("wg0", "wireguard", "10.77.0.1", "fd77::1", "9.9.9.9"),
    link("lanyard0", "tun", "10.78.0.1", "100.64.0.1"),
    link("tun0", "tun", "10.8.0.2"),
    link("wg-down", "wireguard", "10.79.0.1", up=False),
    # Named by `wg`, because another network namespace has a userspace tunnel of this name.
    link("wg-veth", "veth", "10.80.0.1"),
    link("both0", "dummy", "10.81.0.1"),
    link("both1", "wireguard", "10.81.0.1"),
    {},
]
INTERFACES = interfaces_of(LINKS, ["lanyard0", "wg-veth"])


@pytest.mark.parametrize(
    ("address", "interface"),
    [
        ("10.77.0.1", "wg0"),
        (" 10.77.0.1 ", "wg0"),
        ("fd77::1", "wg0"),
        ("fd77:0:0::1", "wg0"),
        ("10.78.0.1", "lanyard0"),
        ("100.64.0.1", "lanyard0"),
    ],
)
def test_a_private_address_of_a_wireguard_interface_will_do(address, interface):
    assert tunnel_with(address, INTERFACES).name == interface


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "nothing is not an address"),
        ("robot.local", "is not an address; names are not taken"),
        ("localhost", "is not an address"),
        ("10.77.0", "is not an address"),
        ("010.77.0.1", "is not an address"),
        ("10.77.0.1:9090", "is not an address"),
        ("10.77.0.0/24", "is not an address"),
        ("0.0.0.0", "would listen on every interface"),
        ("::", "would listen on every interface"),
        ("::ffff:10.77.0.1", "write 10.77.0.1"),
        ("::ffff:0.0.0.0", "in the clothes of IPv6"),
        ("127.0.0.1", "is this machine alone"),
        ("127.9.9.9", "is this machine alone"),
        ("::1", "is this machine alone"),
        ("224.0.0.1", "is a group of machines"),
        ("ff02::1", "is a group of machines"),
        ("169.254.1.1", "holds on one link only"),
        ("fe80::1", "holds on one link only"),
        ("8.8.8.8", "is public"),
        ("2a00:1450:4001::5", "is public"),
        ("9.9.9.9", "is public"),  # although it is on a WireGuard interface
        ("192.168.1.5", "is on eth0, which is no WireGuard interface"),
        ("172.20.0.5", "is on veth0, which is no WireGuard interface"),
        ("10.8.0.2", "is on tun0, which is no WireGuard interface that `wg show interfaces` names"),
        ("10.80.0.1", "is on wg-veth, which is no WireGuard interface"),
        ("10.81.0.1", "is on both0, which is no WireGuard interface"),
        ("10.79.0.1", "is on wg-down, which is down: `ip link set wg-down up`"),
        ("10.77.0.2", "is on no interface of this machine"),
        ("fd77::2", "is on no interface of this machine"),
    ],
)
def test_all_others_are_refused_with_a_reason_and_what_would_do(address, why):
    with pytest.raises(BadConfiguration) as caught:
        tunnel_with(address, INTERFACES)
    (problem,) = caught.value.problems
    assert problem.startswith("host: ")
    assert why in problem
    assert "10.77.0.1 (wg0), fd77::1 (wg0), 10.78.0.1 (lanyard0)" in problem
    assert "9.9.9.9 (" not in problem, "what is refused must not be recommended"


def test_a_machine_without_a_tunnel_is_told_how_to_make_one():
    with pytest.raises(BadConfiguration, match="lanyard wireguard init"):
        tunnel_with("192.168.1.5", interfaces_of(LINKS[:3], []))


def test_a_name_alone_makes_no_tunnel():
    found = {each.name: each for each in INTERFACES}
    assert found["lanyard0"].is_wireguard
    assert not found["wg-veth"].is_wireguard
