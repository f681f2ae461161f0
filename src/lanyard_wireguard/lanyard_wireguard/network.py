"""The plan of a network: one hub that all others reach, and who has which address and key.

Pure values, without any secret. Every member reaches the hub and nobody else: a dashboard that is
lost or taken over leads to the hub's open ports, and not to other robots or dashboards.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from lanyard_core.faults import BadConfiguration, NotFound
from lanyard_wireguard.tunnel import Address

Subnet = ipaddress.IPv4Network | ipaddress.IPv6Network
_NAME = re.compile(r"[a-z][a-z0-9-]{0,13}[a-z0-9]")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_SMALLEST_SUBNET = 2
_LARGEST_PORT = 65535


class Role(Enum):
    """What a member of the network is."""

    ROBOT = "robot"
    GATEWAY = "gateway"
    DASHBOARD = "dashboard"

    @property
    def is_usually_behind_nat(self) -> bool:
        """Whether such a one mostly stands where only it can open a way out: a robot on a site."""
        return self is Role.ROBOT


@dataclass(frozen=True, slots=True)
class Member:
    """A member: ``endpoint`` is where it can be called (``host:port``), empty where it cannot."""

    name: str
    role: Role
    address: Address
    public_key: str
    endpoint: str = ""
    behind_nat: bool = False

    @property
    def own_prefix(self) -> str:
        """Its address as a network of one: ``10.77.0.2/32``."""
        return f"{self.address}/{self.address.max_prefixlen}"


@dataclass(frozen=True, slots=True)
class Network:
    """A hub and its peers in a private subnet; ``port`` is the UDP port that the hub listens on."""

    subnet: Subnet
    port: int
    hub: Member
    peers: tuple[Member, ...] = ()

    def members(self) -> Iterator[Member]:
        """All of them, the hub first."""
        yield self.hub
        yield from self.peers

    def peer(self, name: str) -> Member:
        """The peer of that name. Raises NotFound."""
        for each in self.peers:
            if each.name == name:
                return each
        known = ", ".join(each.name for each in self.peers) or "none yet"
        raise NotFound(f"there is no peer {name!r}; there are: {known}")

    def with_peer(self, peer: Member) -> Network:
        """This network and a new peer. Raises BadConfiguration."""
        problems = list(self._problems_with(peer))
        if problems:
            raise BadConfiguration(problems)
        return replace(self, peers=(*self.peers, peer))

    def without(self, name: str) -> Network:
        """This network without one peer. Raises NotFound."""
        gone = self.peer(name)
        return replace(self, peers=tuple(each for each in self.peers if each is not gone))

    def free_address(self) -> Address:
        """The lowest address that nobody has. Raises BadConfiguration when all are taken."""
        taken = {each.address for each in self.members()}
        for address in self.subnet.hosts():
            if address not in taken:
                return address
        raise BadConfiguration(
            [f"all addresses of {self.subnet} are taken: remove a peer, or make a larger network"]
        )

    def _problems_with(self, peer: Member) -> Iterator[str]:
        for each in self.members():
            if each.name == peer.name:
                yield f"the name {peer.name} is taken by a {each.role.value}: choose another one"
            if each.address == peer.address:
                free = self.free_address()
                yield f"the address {peer.address} is {each.name}'s: choose another, such as {free}"
            if each.public_key == peer.public_key:
                yield f"the public key is {each.name}'s: every member needs a key of its own"
        if peer.address not in self.subnet or not _is_host(peer.address, self.subnet):
            yield f"the address {peer.address} is no host of {self.subnet}: choose one, or none"
        if not self.hub.endpoint and not peer.endpoint:
            yield (
                f"neither {self.hub.name} nor {peer.name} can be called: give {peer.name} an"
                " --endpoint, or make the network anew with one for the hub"
            )


def _is_host(address: Address, subnet: Subnet) -> bool:
    # IPv6 has no broadcast address, and the plan's hosts() leave its first one out.
    edges = (subnet.network_address, subnet.broadcast_address)
    return subnet.version == 6 or address not in edges


def read_subnet(text: str) -> Subnet:
    """A private network of at least two hosts. Raises BadConfiguration."""
    try:
        subnet = ipaddress.ip_network(text)
    except ValueError as error:
        raise BadConfiguration([f"--network: {error}; write one such as 10.77.0.0/24"]) from None
    is_small = subnet.max_prefixlen - subnet.prefixlen < _SMALLEST_SUBNET
    if not subnet.is_private or subnet.is_loopback or subnet.is_link_local or is_small:
        raise BadConfiguration(
            [f"--network: {subnet} is not a private network with room for several; take one from"
             " 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or fd00::/8, such as 10.77.0.0/24"]
        )  # fmt: skip
    return subnet


def read_name(text: str) -> str:
    """A name that can be that of a file and of an interface. Raises BadConfiguration."""
    if not _NAME.fullmatch(text):
        raise BadConfiguration(
            [f"the name {text!r} does not do: 2 to 15 small letters, digits and hyphens, a letter"
             " first, such as tablet-2: it becomes the name of an interface"]
        )  # fmt: skip
    return text


def read_address(text: str) -> Address:
    """An address. Raises BadConfiguration."""
    try:
        return ipaddress.ip_address(text)
    except ValueError as error:
        raise BadConfiguration([f"--address: {error}"]) from None


def read_endpoint(text: str, *, port: int) -> str:
    """``host:port`` of a ``host`` or ``host:port``. Raises BadConfiguration."""
    host, colon, given = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not colon:
        host, given = text, str(port)
    number = int(given) if given.isascii() and given.isdigit() else 0
    if not _HOST.fullmatch(host) or not 1 <= number <= _LARGEST_PORT:
        raise BadConfiguration(
            [f"--endpoint: {text!r} is no place to call; write robot.example.org, or"
             " 203.0.113.7:51820, or [2001:db8::7]:51820"]
        )  # fmt: skip
    return f"{host}:{number}"
