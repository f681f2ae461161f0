"""The text of configurations in the form of `wg-quick`: Linux, phones and desktops read the same.

Pure. Each side lets the other use its own address and no other (AllowedIPs), so that an address
stands for a key.
"""

from __future__ import annotations

import re

from lanyard_wireguard.network import Member, Network

KEEPALIVE_S = 25
"""How often who stands behind NAT keeps its way in open, in seconds."""

_SECTION = re.compile(r"(?m)^(?=\[)")


def hub_text(network: Network, private_key: str) -> str:
    """The hub's configuration, as long as it has no peers."""
    hub = network.hub
    lines = [
        f"# {hub.name}, the {hub.role.value} in the middle of {network.subnet}. It holds a private"
        " key: keep it here.",
        "[Interface]",
        f"Address = {hub.address}/{network.subnet.prefixlen}",
        f"ListenPort = {network.port}",
        f"PrivateKey = {private_key}",
    ]
    return _joined(lines)


def peer_section(network: Network, peer: Member, preshared_key: str) -> str:
    """What the hub's configuration has to have of a peer."""
    return _joined(["", *_peer(peer, preshared_key, keepalive=network.hub.behind_nat)])


def peer_text(network: Network, peer: Member, private_key: str | None, preshared_key: str) -> str:
    """A peer's configuration; without ``private_key`` the peer has to put its own there."""
    key = f"PrivateKey = {private_key}"
    if private_key is None:
        key = f"# Put the private key of {peer.public_key} here:\n# PrivateKey = "
    lines = [
        f"# {peer.name}, a {peer.role.value} that reaches {network.hub.name}. Keep it to yourself.",
        "[Interface]",
        f"Address = {peer.own_prefix}",
        *([f"ListenPort = {peer.endpoint.rpartition(':')[2]}"] if peer.endpoint else []),
        key,
        "",
        *_peer(network.hub, preshared_key, keepalive=peer.behind_nat),
    ]
    return _joined(lines)


def without_peer(text: str, public_key: str) -> str:
    """The hub's configuration without the section of one peer; the rest stays as it is."""
    sections = _SECTION.split(text)
    kept = [each for each in sections if f"PublicKey = {public_key}\n" not in each]
    return "".join(kept).rstrip("\n") + "\n"


def _peer(other: Member, preshared_key: str, *, keepalive: bool) -> list[str]:
    return [
        "[Peer]",
        f"# {other.name}, a {other.role.value}",
        f"PublicKey = {other.public_key}",
        f"PresharedKey = {preshared_key}",
        f"AllowedIPs = {other.own_prefix}",
        *([f"Endpoint = {other.endpoint}"] if other.endpoint else []),
        *([f"PersistentKeepalive = {KEEPALIVE_S}"] if keepalive else []),
    ]


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
