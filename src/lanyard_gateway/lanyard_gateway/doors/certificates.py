"""A certificate authority of one's own, for a network that no public one reaches.

It signs certificates for the gateway and for clients (mutual TLS). Keys are ECDSA P-256, written
readable by their owner only. The authority's key signs and does nothing else: keep it off the
machines that its certificates are for.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lanyard_core.faults import BadConfiguration, BadInput

AUTHORITY_DAYS = 3650
MAX_DAYS = 397.0
_CLOCK_SLACK = datetime.timedelta(hours=1)
_DIGITAL_SIGNATURE = ("digital_signature",)
_SIGN_OTHERS = ("key_cert_sign", "crl_sign")
_USES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
    "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, as PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Authority:
    """What signs."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def authority(folder: Path, *, now: datetime.datetime) -> tuple[Authority, bool]:
    """The authority in ``folder``, and whether it was made just now. Raises BadConfiguration."""
    pair = Pair(folder / "ca.pem", folder / "ca.key")
    if pair.certificate.exists():
        return _read(pair), False
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Lanyard local authority {os.urandom(4).hex()}")
    certificate = (
        _builder(name, name, key, now=now, days=AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(_SIGN_OTHERS), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(pair, certificate, key, chain=())
    return Authority(certificate, key), True


def issue_server(
    signer: Authority, folder: Path, names: Sequence[str], *, days: float, now: datetime.datetime
) -> Pair:
    """A certificate for these names and addresses, the first of which names its files."""
    alternatives = [_general_name(name) for name in names]
    san = x509.SubjectAlternativeName(alternatives)
    return _issue(
        signer, folder, names[0], san, ExtendedKeyUsageOID.SERVER_AUTH, days=days, now=now
    )


def issue_client(
    signer: Authority, folder: Path, name: str, *, days: float, now: datetime.datetime
) -> Pair:
    """A certificate with which a client shows who it is."""
    san = x509.SubjectAlternativeName([x509.DNSName(_dns(name))])
    return _issue(signer, folder, name, san, ExtendedKeyUsageOID.CLIENT_AUTH, days=days, now=now)


def read_certificate(path: Path) -> x509.Certificate:
    """The first certificate of a PEM file. Raises BadInput."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError as error:
        raise BadInput(f"{path} is no certificate in PEM: {error}") from None


def pin_of(certificate: x509.Certificate) -> str:
    """What a client pins: ``sha256/`` and the base64 of the public key's SHA-256."""
    info = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "sha256/" + base64.b64encode(hashlib.sha256(info).digest()).decode("ascii")


def names_of(certificate: x509.Certificate) -> list[str]:
    """The names and addresses that it is for."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(each.value) for each in found]


def _issue(
    signer: Authority,
    folder: Path,
    name: str,
    san: x509.SubjectAlternativeName,
    purpose: x509.ObjectIdentifier,
    *,
    days: float,
    now: datetime.datetime,
) -> Pair:
    pair = Pair(folder / f"{name}.pem", folder / f"{name}.key")
    # A renewed certificate keeps its key, so that pins go on to fit.
    key = _key(pair.key) if pair.key.exists() else ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_name(name), signer.certificate.subject, key, now=now, days=days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(_DIGITAL_SIGNATURE), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(san, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()),
            critical=False,
        )
        .sign(signer.key, hashes.SHA256())
    )
    _write(pair, certificate, key, chain=(signer.certificate,))
    return pair


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    now: datetime.datetime,
    days: float,
) -> x509.CertificateBuilder:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SLACK)
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(identifier, critical=False)
    )


def _usage(wanted: tuple[str, ...]) -> x509.KeyUsage:
    return x509.KeyUsage(**{use: use in wanted for use in _USES})


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _general_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(_dns(text))


def _dns(text: str) -> str:
    labels = text.removeprefix("*.").split(".")
    if not all(label and label.replace("-", "").isalnum() and label.isascii() for label in labels):
        raise BadInput(f"{text!r} is neither an address nor a name of a machine")
    return text


def _read(pair: Pair) -> Authority:
    key = _key(pair.key)
    certificate = read_certificate(pair.certificate)
    if certificate.public_key() != key.public_key():
        raise BadConfiguration([f"{pair.key} is not the key of {pair.certificate}"])
    return Authority(certificate, key)


def _key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise BadConfiguration([f"the key {path} cannot be used: {error}"]) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise BadConfiguration([f"the key {path} is not one that this command made"])
    return key


def _write(
    pair: Pair,
    certificate: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    *,
    chain: Sequence[x509.Certificate],
) -> None:
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    descriptor = os.open(pair.key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
    text = b"".join(each.public_bytes(Encoding.PEM) for each in (certificate, *chain))
    draft = pair.certificate.with_name(f".{pair.certificate.name}.new")
    draft.write_bytes(text)
    draft.replace(pair.certificate)
