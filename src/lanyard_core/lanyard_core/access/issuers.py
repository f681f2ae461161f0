"""Who else may say who somebody is: issuers of tokens, and what their tokens are worth here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lanyard_core.access.patterns import Patterns
from lanyard_core.access.scopes import Scope

ALGORITHMS = ("ES256", "RS256", "PS256", "Ed25519", "EdDSA")
"""Signatures that are taken; an issuer uses one of them. All need a key that only it has."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer outside; ``url`` is what its tokens name, letter for letter.

    ``jwks`` is where its public keys are: an https URL or a file. ``roles`` says which role a value
    of ``role_claim`` stands for; a value that is not listed is nobody. ``tenant``: whose its people
    are, or ``tenant_claim`` says it.
    """

    url: str
    jwks: str
    algorithm: str
    audience: str
    roles: Mapping[str, str] = field(default_factory=dict)
    role_claim: str = "role"
    tenant: str | None = None
    tenant_claim: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token said that was found good; ``issuer`` None is this gateway itself.

    ``subject`` is the id of a key of ours, or the issuer's name for somebody. ``scopes`` and
    ``robots`` narrow what the role allows; None narrows nothing.
    """

    issuer: str | None
    subject: str
    expires_unix_s: float
    role: str = ""
    tenant: str | None = None
    scopes: frozenset[Scope] | None = None
    robots: Patterns | None = None
