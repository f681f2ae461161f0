"""The command ``wireguard``: makes keys and configurations of a private network of robots.

One hub, where rosbridge or the gateway listens, and peers that reach it: dashboards, robots, other
gateways. Needs no ROS, no root and no WireGuard; `wg-quick` brings up what it writes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from lanyard_wireguard import keys, machine, qr
from lanyard_wireguard.folder import INTERFACE, Folder
from lanyard_wireguard.network import (
    Member,
    Network,
    Role,
    read_address,
    read_endpoint,
    read_name,
    read_subnet,
)

HOME = Path("~/.local/state/lanyard/wireguard")
PORT = 51820

app = typer.Typer(
    help="Make WireGuard keys and configurations.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

FolderOption = Annotated[Path, typer.Option(help="Where the network's files are.")]
Name = Annotated[str, typer.Argument(help="Its name, such as tablet-2.")]


@app.command("init")
def init(
    name: Name,
    endpoint: Annotated[
        str, typer.Option(metavar="HOST[:PORT]", help="Where peers can call it, if they can.")
    ] = "",
    role: Annotated[Role, typer.Option(help="What it is.")] = Role.GATEWAY,
    network: Annotated[str, typer.Option(help="Its private subnet.")] = "10.77.0.0/24",
    port: Annotated[int, typer.Option(min=1, max=65535, help="UDP port to listen on.")] = PORT,
    behind_nat: Annotated[
        bool, typer.Option("--behind-nat", help="It must keep its ways to peers open itself.")
    ] = False,
    folder: FolderOption = HOME,
) -> None:
    """Make a network: the keys and the configuration of the machine that the others reach."""
    private_key, subnet = keys.new_private_key(), read_subnet(network)
    hub = Member(
        name=read_name(name),
        role=role,
        address=subnet[1],
        public_key=keys.public_key_of(private_key),
        endpoint=read_endpoint(endpoint, port=port) if endpoint else "",
        behind_nat=behind_nat,
    )
    made = _folder(folder)
    made.create(Network(subnet, port, hub), private_key)
    print(f"made     {made.hub_file}: {hub.name}, a {role.value} at {hub.address}")
    print(f"bring up sudo wg-quick up {made.hub_file}")
    print("then     lanyard wireguard add-peer NAME")


@app.command("add-peer")
def add_peer(
    name: Name,
    role: Annotated[Role, typer.Option(help="What it is.")] = Role.DASHBOARD,
    address: Annotated[str, typer.Option(help="Its address [the next free one].")] = "",
    endpoint: Annotated[
        str, typer.Option(metavar="HOST[:PORT]", help="Where the hub can call it, if it must.")
    ] = "",
    behind_nat: Annotated[
        bool | None,
        typer.Option("--behind-nat/--in-the-open", help="Keeps its way open [robots do]."),
    ] = None,
    public_key: Annotated[
        str, typer.Option(help="Of a key pair that the peer made for itself [made here].")
    ] = "",
    show_qr: Annotated[bool, typer.Option("--qr", help="Draw it for a phone.")] = False,
    folder: FolderOption = HOME,
) -> None:
    """Add a peer: its keys, its configuration, and its place in the hub's."""
    made = _folder(folder)
    private_key = None if public_key else keys.new_private_key()
    peer = Member(
        name=read_name(name),
        role=role,
        address=read_address(address) if address else made.read().free_address(),
        public_key=_public_key(public_key, private_key),
        endpoint=read_endpoint(endpoint, port=PORT) if endpoint else "",
        behind_nat=role.is_usually_behind_nat if behind_nat is None else behind_nat,
    )
    made.add(peer, private_key)
    print(f"made     {made.peer_file(name)}: {name}, a {role.value} at {peer.address}")
    print(f"take it  to {name} over a way that you trust, and delete it here")
    _tell_hub(made)
    if show_qr:
        qr.show(made.peer_file(name).read_text(encoding="utf-8"))


@app.command("list")
def list_members(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    folder: FolderOption = HOME,
) -> None:
    """Show who has which address. No secret is shown."""
    network = _folder(folder).read()
    if as_json:
        for each in network.members():
            told = {"name": each.name, "role": each.role.value, "address": str(each.address)}
            print(json.dumps({**told, "public_key": each.public_key, "endpoint": each.endpoint}))
        return
    print(f"{'NAME':15}  {'ROLE':9}  {'ADDRESS':15}  {'PUBLIC KEY':44}  CALLED AT")
    for each in network.members():
        place = each.endpoint or ("behind NAT" if each.behind_nat else "-")
        role, address = each.role.value, str(each.address)
        print(f"{each.name:15}  {role:9}  {address:15}  {each.public_key}  {place}")


@app.command("remove-peer")
def remove_peer(name: Name, folder: FolderOption = HOME) -> None:
    """Take a peer out: a phone that was lost. Deletes its configuration here."""
    made = _folder(folder)
    made.remove(name)
    print(f"removed  {name}")
    _tell_hub(made)


@app.command("qr")
def draw(
    name: Name,
    to: Annotated[Path | None, typer.Option(help="A file, .png or .svg [the terminal].")] = None,
    folder: FolderOption = HOME,
) -> None:
    """Draw a peer's configuration as a QR code. Whoever sees it has the peer's key."""
    made = _folder(folder)
    made.read().peer(name)
    text = made.peer_file(name).read_text(encoding="utf-8")
    if to is None:
        qr.show(text)
        return
    qr.save(text, to.expanduser())
    print(f"made     {to}: delete it when the phone has it")


@app.command("check")
def check(
    address: Annotated[str, typer.Argument(help="Such as 10.77.0.1.")],
) -> None:
    """Say whether a server that listens on an address is reached through WireGuard only."""
    print(f"good     {address} is on {machine.tunnel(address).name}, a WireGuard interface")


def _folder(path: Path) -> Folder:
    # Absolute, because what is printed is copied: wg-quick takes a bare name for an interface's.
    return Folder(path.expanduser().absolute())


def _public_key(given: str, private_key: str | None) -> str:
    if private_key is None:
        return keys.read_public_key(given)
    return keys.public_key_of(private_key)


def _tell_hub(made: Folder) -> None:
    stripped = f"<(wg-quick strip {made.hub_file})"
    print(f"hub      if {INTERFACE} is up, as root: wg syncconf {INTERFACE} {stripped}")
