"""The folder of a network: its plan, the hub's configuration, and one file for each peer.

Every file can be read by its owner only. A file that is there is never overwritten, but for the
plan and the hub's configuration when a peer comes or goes: those are replaced whole, so that who
reads sees the old or the new.
"""

from __future__ import annotations

import fcntl
import ipaddress
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lanyard_core.faults import BadConfiguration
from lanyard_wireguard import configuration, keys
from lanyard_wireguard.network import Member, Network, Role

FORMAT_VERSION = 1
INTERFACE = "lanyard0"
_MODE = 0o600
_FOLDER_MODE = 0o700


class Folder:
    """A network on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._plan = path / "network.json"
        self.hub_file = path / f"{INTERFACE}.conf"

    def peer_file(self, name: str) -> Path:
        """Where the configuration of a peer is, until it is taken to where it belongs."""
        return self._path / "peers" / f"{name}.conf"

    def create(self, network: Network, private_key: str) -> None:
        """Begin with a hub. Raises BadConfiguration when there is a network already."""
        self._path.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
        with self._locked():
            if self._plan.exists() or self.hub_file.exists():
                raise BadConfiguration(
                    [f"there is a network in {self._path} already, and its keys are not"
                     " overwritten: add to it with add-peer, or choose another --folder"]
                )  # fmt: skip
            write_new(self.hub_file, configuration.hub_text(network, private_key).encode())
            self._write_plan(network)

    def add(self, peer: Member, private_key: str | None) -> None:
        """Add a peer and write its configuration. Raises BadConfiguration."""
        with self._locked():
            network = self.read().with_peer(peer)
            shared = keys.new_preshared_key()
            hub = self._hub_text() + configuration.peer_section(network, peer, shared)
            text = configuration.peer_text(network, peer, private_key, shared)
            file = self.peer_file(peer.name)
            file.parent.mkdir(exist_ok=True, mode=_FOLDER_MODE)
            write_new(file, text.encode())
            _replace(self.hub_file, hub)
            self._write_plan(network)

    def remove(self, name: str) -> None:
        """Take a peer out, and delete its configuration. Raises NotFound."""
        with self._locked():
            network = self.read()
            gone = network.peer(name)
            hub = configuration.without_peer(self._hub_text(), gone.public_key)
            _replace(self.hub_file, hub)
            self._write_plan(network.without(name))
            self.peer_file(name).unlink(missing_ok=True)

    def read(self) -> Network:
        """The plan. Raises BadConfiguration."""
        try:
            return _network(json.loads(self._plan.read_bytes()))
        except FileNotFoundError:
            raise BadConfiguration(
                [f"there is no network in {self._path}: begin with `lanyard wireguard init`, or"
                 " name its --folder"]
            ) from None  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            raise BadConfiguration(
                [f"{self._plan} cannot be understood ({error}): bring back a copy, or make the"
                 " network anew in another folder"]
            ) from None  # fmt: skip

    def _hub_text(self) -> str:
        return self.hub_file.read_text(encoding="utf-8").rstrip("\n") + "\n"

    def _write_plan(self, network: Network) -> None:
        _replace(self._plan, json.dumps(_object(network), indent=2) + "\n")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if not self._path.is_dir():
            self.read()  # says what is missing
        descriptor = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def write_new(file: Path, content: bytes) -> None:
    """Write a file that only its owner can read. Raises BadConfiguration when it is there."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    except FileExistsError:
        raise BadConfiguration(
            [f"{file} is there already, and nothing is overwritten: move it away first"]
        ) from None
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)


def _replace(file: Path, text: str) -> None:
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    write_new(draft, text.encode())
    draft.replace(file)


def _object(network: Network) -> dict[str, Any]:
    return {
        "version": FORMAT_VERSION,
        "subnet": str(network.subnet),
        "port": network.port,
        "hub": _member_object(network.hub),
        "peers": [_member_object(each) for each in network.peers],
    }


def _member_object(member: Member) -> dict[str, Any]:
    return {
        "name": member.name,
        "role": member.role.value,
        "address": str(member.address),
        "public_key": member.public_key,
        "endpoint": member.endpoint,
        "behind_nat": member.behind_nat,
    }


def _network(found: dict[str, Any]) -> Network:
    if found["version"] != FORMAT_VERSION:
        raise ValueError(f"it has version {found['version']}, this program knows {FORMAT_VERSION}")
    return Network(
        subnet=ipaddress.ip_network(found["subnet"]),
        port=int(found["port"]),
        hub=_member(found["hub"]),
        peers=tuple(_member(each) for each in found["peers"]),
    )


def _member(found: dict[str, Any]) -> Member:
    return Member(
        name=str(found["name"]),
        role=Role(found["role"]),
        address=ipaddress.ip_address(found["address"]),
        public_key=str(found["public_key"]),
        endpoint=str(found["endpoint"]),
        behind_nat=bool(found["behind_nat"]),
    )
