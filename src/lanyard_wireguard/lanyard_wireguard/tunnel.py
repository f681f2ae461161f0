"""Which address a server may listen on that is to be reached through WireGuard and no other way.

Pure: told what the machine's interfaces are. Whatever is not known to be a tunnel is refused, and
the refusal says what would do.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lanyard_core.faults import BadConfiguration

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
KERNEL_KIND = "wireguard"
USERSPACE_KIND = "tun"
"""A userspace WireGuard is a `tun` to the kernel: only `wg` knows it from another VPN's."""


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface: its kind is what the kernel calls it, empty where it has none."""

    name: str
    kind: str
    is_up: bool
    is_wireguard: bool
    addresses: tuple[Address, ...]


def interfaces_of(listed: Sequence[Any], named: Iterable[str]) -> tuple[Interface, ...]:
    """The interfaces in the JSON of `ip -details address`; `wg show interfaces` names ``named``.

    The names alone are no proof: userspace tunnels of other network namespaces are named, too.
    """
    names = frozenset(named)
    return tuple(_interface(link, names) for link in listed if link.get("ifname"))


def _interface(link: Mapping[str, Any], named: frozenset[str]) -> Interface:
    name, kind = str(link["ifname"]), str(link.get("linkinfo", {}).get("info_kind", ""))
    return Interface(
        name=name,
        kind=kind,
        is_up="UP" in link.get("flags", ()),
        is_wireguard=kind == KERNEL_KIND or (kind == USERSPACE_KIND and name in named),
        addresses=tuple(
            ipaddress.ip_address(item["local"])
            for item in link.get("addr_info", ())
            if "local" in item
        ),
    )


def tunnel_with(text: str, interfaces: Sequence[Interface]) -> Interface:
    """The WireGuard interface whose address ``text`` is. Raises BadConfiguration."""
    problem = _problem(text.strip(), interfaces)
    if problem:
        raise BadConfiguration(
            [f"host: {text.strip() or 'nothing'} {problem}; {_mend(interfaces)}"]
        )
    address = ipaddress.ip_address(text.strip())
    return next(each for each in interfaces if address in each.addresses)


def _problem(text: str, interfaces: Sequence[Interface]) -> str:
    """What is wrong with the address, or nothing."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "is not an address; names are not taken, because they can lead elsewhere tomorrow"
    return _problem_of_kind(address) or _problem_of_place(address, interfaces)


def _problem_of_kind(address: Address) -> str:
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return f"is {mapped} in the clothes of IPv6; write {mapped}"
    if address.is_unspecified:
        return "would listen on every interface of this machine, WireGuard's and all others"
    if address.is_loopback:
        return "is this machine alone, which no tunnel leads to"
    if address.is_multicast:
        return "is a group of machines and not one"
    if address.is_link_local:
        return "holds on one link only, whichever that is"
    if address.is_global:
        return "is public: the internet can route to it"
    return ""


def _problem_of_place(address: Address, interfaces: Sequence[Interface]) -> str:
    holders = [each for each in interfaces if address in each.addresses]
    if not holders:
        return "is on no interface of this machine"
    for each in holders:
        if not each.is_wireguard:
            is_tun = each.kind == USERSPACE_KIND
            hint = (
                " that `wg show interfaces` names (as root, with wireguard-tools)" if is_tun else ""
            )
            return f"is on {each.name}, which is no WireGuard interface{hint}"
        if not each.is_up:
            return f"is on {each.name}, which is down: `ip link set {each.name} up`"
    return ""


def _mend(interfaces: Sequence[Interface]) -> str:
    usable = list(_usable(interfaces))
    if usable:
        return "use the address of a WireGuard interface of this machine: " + ", ".join(usable)
    return (
        "this machine has no WireGuard interface now: make a configuration with `lanyard wireguard"
        " init` and bring it up with `wg-quick up`"
    )


def _usable(interfaces: Sequence[Interface]) -> Iterator[str]:
    for each in interfaces:
        if each.is_wireguard and each.is_up:
            for address in each.addresses:
                if not _problem_of_kind(address):
                    yield f"{address} ({each.name})"
