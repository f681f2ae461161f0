"""Which gateway to believe: the usual checks of its certificate, and pinned keys on top of them.

A certificate must lead to a known authority, name the host, and be in date, whatever is pinned.
With pins its public key must also be one of those named: an authority that was talked into signing
for somebody else is then of no use to him. A renewed certificate with the same key still fits.

Pins are checked at the end of the handshake, in the one place that requests and sockets share, so
nothing is sent to a gateway that fails: not the first byte of a request, and not the API key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate

from lanyard_client.errors import BadSettings

_PIN = re.compile(r"sha256//?([A-Za-z0-9+/]{43}=)")
_MAX_PINS = 8

# Numbers of OpenSSL's X509_V_ERR_*, and what they mean to a person.
_IN_WORDS = {
    7: "its certificate was not signed by the authority whose name it bears",
    9: "its certificate is not valid yet; is this machine's clock right?",
    10: "its certificate has expired; renew it, or see whether this machine's clock is right",
    18: "its certificate was signed by nobody but itself; name it as the authority (ca_file)",
    19: "its certificate was signed by an authority that is not known here; name it (ca_file)",
    20: "its certificate was signed by an authority that is not known here; name it (ca_file)",
    21: "its certificate was signed by an authority that is not known here; name it (ca_file)",
    62: "its certificate is for another host name",
    64: "its certificate is for another address",
}


@dataclass(frozen=True, slots=True)
class Trust:
    """What a gateway must show over TLS.

    ``ca_file``: PEM file of the authorities to believe, instead of those of the system. ``pins``:
    ``sha256/<base64>`` of public keys; any one fits, so name the key in use and the one that will
    follow it. No pins: any certificate that passes the other checks. Raises BadSettings when a pin
    is none.
    """

    ca_file: Path | None = None
    pins: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.pins) > _MAX_PINS:
            raise BadSettings(f"{len(self.pins)} pins; at most {_MAX_PINS} can be given")
        for pin in self.pins:
            _digest(pin)

    def context(self) -> ssl.SSLContext:
        """The TLS context that checks this; TLS 1.3 and nothing older. Raises BadSettings."""
        context = _Context(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.digests = frozenset(_digest(pin) for pin in self.pins)
        if self.ca_file is None:
            context.load_default_certs()
            return context
        try:
            context.load_verify_locations(self.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise BadSettings(f"ca_file: {self.ca_file} cannot be used: {error}") from None
        return context


def pin_of(certificate: bytes) -> str:
    """The pin of a certificate (DER): ``sha256/`` and the base64 of its public key's SHA-256."""
    key = load_der_x509_certificate(certificate).public_key()
    info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "sha256/" + base64.b64encode(hashlib.sha256(info).digest()).decode("ascii")


def distrust_in_words(error: BaseException | None) -> str | None:
    """Why a gateway's certificate is not believed, if that is what lies behind an error."""
    while error is not None:
        if isinstance(error, PinMismatch):
            return str(error)
        if isinstance(error, ssl.SSLCertVerificationError):
            return _IN_WORDS.get(error.verify_code, f"its certificate: {error.verify_message}")
        error = error.__cause__ or error.__context__
    return None


class PinMismatch(ssl.SSLError):
    """The handshake was good, but the public key is not one of those pinned."""

    def __str__(self) -> str:
        return str(self.args[-1])


class _Context(ssl.SSLContext):
    """A context that knows the digests of the keys to accept; none of them: any."""

    digests: frozenset[bytes] = frozenset()


class _PinnedObject(ssl.SSLObject):
    """One end of a connection, which is not open before the key was looked at."""

    def do_handshake(self) -> None:
        super().do_handshake()
        context = self.context
        digests = context.digests if isinstance(context, _Context) else frozenset()
        if not digests:
            return
        shown = pin_of(self.getpeercert(binary_form=True) or b"")
        if _digest(shown) not in digests:
            raise PinMismatch(
                f"its public key is not one of the {len(digests)} that are pinned; it is {shown}."
                " If the gateway's key was changed on purpose, pin the new one; if not, somebody"
                " may be in between"
            )


_Context.sslobject_class = _PinnedObject


def _digest(pin: str) -> bytes:
    match = _PIN.fullmatch(pin)
    try:
        digest = base64.b64decode(match.group(1), validate=True) if match else b""
    except binascii.Error:
        digest = b""
    if len(digest) != hashlib.sha256().digest_size:
        raise BadSettings(f"{pin!r} is no pin: write sha256/ and 44 characters of base64")
    return digest
