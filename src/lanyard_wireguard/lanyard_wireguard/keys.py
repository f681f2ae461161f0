"""WireGuard's keys: X25519, written as base64; the pre-shared ones are 32 random bytes."""

from __future__ import annotations

import base64
import binascii
import secrets

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from lanyard_core.faults import BadConfiguration

KEY_BYTES = 32


def new_private_key() -> str:
    """A private key; it goes into one configuration and nowhere else."""
    key = X25519PrivateKey.generate()
    return _text(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))


def public_key_of(private_key: str) -> str:
    """The public half. Raises BadConfiguration when ``private_key`` is no key."""
    key = X25519PrivateKey.from_private_bytes(_bytes(private_key))
    return _text(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def new_preshared_key() -> str:
    """A key for one pair, which keeps today's recordings shut to a quantum computer of tomorrow."""
    return _text(secrets.token_bytes(KEY_BYTES))


def read_public_key(text: str) -> str:
    """A public key as `wg pubkey` prints it. Raises BadConfiguration."""
    return _text(_bytes(text))


def _bytes(text: str) -> bytes:
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise BadConfiguration(
            ["a WireGuard key is 44 letters that end in =, as `wg pubkey` prints it; this is none"]
        )
    return raw


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
