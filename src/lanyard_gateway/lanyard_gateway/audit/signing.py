"""The key that signs heads of the audit log, and the check of such signatures (Ed25519).

The private half stays on the machine, readable by its owner; the public half lies beside it and is
copied to where the heads go, so that whoever verifies need not trust this machine.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lanyard_core.audit.chain import Link
from lanyard_core.audit.heads import Head
from lanyard_core.faults import BadConfiguration


class Signer:
    """Signs heads with one key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.key_id = key_id_of(key.public_key())

    def sign(self, link: Link, *, ts: str) -> Head:
        """The signed head for the chain's end ``link`` at ``ts``."""
        head = Head(link, ts, self.key_id)
        signature = base64.b64encode(self._key.sign(head.signed_bytes())).decode("ascii")
        return replace(head, signature=signature)


def open_signer(path: Path) -> Signer:
    """The signer with the key in ``path``; makes one when it is not there.

    Raises BadConfiguration.
    """
    try:
        if not path.exists():
            _make(path)
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise BadConfiguration([f"audit.signing_key: {path} cannot be used: {error}"]) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadConfiguration([f"audit.signing_key: {path} is not an Ed25519 key"])
    return Signer(key)


def public_file(path: Path) -> Path:
    """Where the public half of the key in ``path`` is."""
    return path.with_suffix(".pub.pem")


def _make(path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    public_file(path).write_bytes(public)


def key_id_of(key: Ed25519PublicKey) -> str:
    """How a key is named in heads: the start of the SHA-256 of its raw bytes."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def read_public_keys(paths: Iterable[Path]) -> dict[str, Ed25519PublicKey]:
    """Public keys by their ids. Raises BadConfiguration."""
    found = {}
    for path in paths:
        try:
            key = serialization.load_pem_public_key(path.read_bytes())
        except (OSError, ValueError) as error:
            raise BadConfiguration([f"{path} is no public key: {error}"]) from error
        if not isinstance(key, Ed25519PublicKey):
            raise BadConfiguration([f"{path} is not an Ed25519 key"])
        found[key_id_of(key)] = key
    return found


def is_signed(head: Head, keys: Mapping[str, Ed25519PublicKey]) -> bool:
    """Whether one of ``keys`` signed this head."""
    key = keys.get(head.key)
    if key is None:
        return False
    try:
        key.verify(base64.b64decode(head.signature, validate=True), head.signed_bytes())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
