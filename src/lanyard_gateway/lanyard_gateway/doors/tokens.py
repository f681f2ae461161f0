"""Access tokens: our own, made for the holder of a key, and those of issuers that the policy names.

JSON Web Tokens by RFC 9068, signed and verified with the library joserfc. Which key and which
algorithm a token is held to is said by its issuer's entry and never by the token. Public keys of
others are read from a file or over https, when the gateway starts, every few minutes, and, once in
a while, when a token names a key that is not known. Event loop's thread; what waits is in ``Keys``.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from lanyard_core.access.claims import OWN_LIFE_S, check_head, grant_of
from lanyard_core.access.issuers import Grant, Issuer
from lanyard_core.access.policy import Policy
from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import BadConfiguration, Unauthenticated

AUDIENCE = "lanyard"
MAX_TOKEN_CHARS = 8 * 1024
_OWN_ALGORITHM = "ES256"
_KEY_TYPES = {
    "ES256": ("EC", "P-256"), "RS256": ("RSA", None), "PS256": ("RSA", None),
    "Ed25519": ("OKP", "Ed25519"), "EdDSA": ("OKP", "Ed25519"),
}  # fmt: skip
_MIN_RSA_BITS = 2048

FindKeys = Callable[[Issuer, str], KeySet]
"""The public keys of an issuer; told which one is looked for, in case they must be read again."""


def looks_like_token(text: str) -> bool:
    """Whether a credential is a token and not a key."""
    return text.count(".") == 2


class TokenDesk:
    """Makes and reads tokens. ``url`` is the issuer that our own tokens name."""

    def __init__(self, key: ECKey, *, url: str, find_keys: FindKeys) -> None:
        self.url = url
        self._key = key
        self._kid = key.thumbprint()
        self._find_keys = find_keys
        self._own = Issuer(url, jwks="", algorithm=_OWN_ALGORITHM, audience=AUDIENCE)

    def make(
        self, principal: Principal, scopes: frozenset[Scope], *, now_unix_s: float
    ) -> tuple[str, int]:
        """A token for a principal, for these of its scopes, and the seconds that it lives."""
        life_s = OWN_LIFE_S
        if principal.expires_unix_s is not None:
            life_s = min(life_s, principal.expires_unix_s - now_unix_s)
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": principal.key_id,
            "client_id": principal.key_id,
            "iat": int(now_unix_s),
            "exp": int(now_unix_s) + max(1, int(life_s)),
            "jti": secrets.token_urlsafe(16),
            "scope": " ".join(sorted(scope.value for scope in scopes)),
        }
        if principal.tenant is not None:
            claims["tenant"] = principal.tenant
        head = {"alg": _OWN_ALGORITHM, "typ": "at+jwt", "kid": self._kid}
        return jwt.encode(head, claims, self._key, algorithms=[_OWN_ALGORITHM]), max(1, int(life_s))

    def jwks(self) -> dict[str, object]:
        """The public half of what signs, as a JSON Web Key Set."""
        public = self._key.as_dict(private=False)
        return {"keys": [{**public, "kid": self._kid, "use": "sig", "alg": _OWN_ALGORITHM}]}

    def read(self, text: str, policy: Policy, *, now_unix_s: float) -> Grant:
        """What a token grants; raises Unauthenticated that says what is wrong with it."""
        head, claims = _parts(text)
        url = claims.get("iss")
        if url == self.url:
            check_head(head, algorithm=_OWN_ALGORITHM)
            if head["kid"] != self._kid:
                raise _refused("kid: that key is not ours, or not any more")
            self._verify(text, self._key, _OWN_ALGORITHM)
            return grant_of(claims, issuer=self._own, own=True, now_unix_s=now_unix_s)
        issuer = policy.issuers.get(url) if isinstance(url, str) else None
        if issuer is None:
            raise _refused("iss: the policy names no such issuer")
        kid = check_head(head, algorithm=issuer.algorithm)
        self._verify(text, self._key_of(issuer, kid), issuer.algorithm)
        return grant_of(claims, issuer=issuer, own=False, now_unix_s=now_unix_s)

    def _key_of(self, issuer: Issuer, kid: str) -> Any:
        keys = [key for key in self._find_keys(issuer, kid).keys if key.kid == kid]
        if len(keys) != 1:
            raise _refused("kid: its issuer has no such key, or its keys could not be read")
        if not fits(keys[0], issuer.algorithm):
            raise _refused("kid: that key is of another kind than its issuer's algorithm")
        return keys[0]

    @staticmethod
    def _verify(text: str, key: Any, algorithm: str) -> None:
        try:
            jws.deserialize_compact(text, key, algorithms=[algorithm])
        except (JoseError, ValueError) as error:
            raise Unauthenticated(
                "the token is refused: its signature does not fit", code="bad_signature"
            ) from error


def fits(key: Any, algorithm: str) -> bool:
    """Whether a public key is of the kind that an algorithm needs, and is strong enough."""
    kind, curve = _KEY_TYPES[algorithm]
    if key.key_type != kind or (curve is not None and key.as_dict(private=False)["crv"] != curve):
        return False
    if key.as_dict(private=False).get("use", "sig") != "sig":
        return False
    return kind != "RSA" or key.public_key.key_size >= _MIN_RSA_BITS


def signing_key(path: Path) -> ECKey:
    """The key that signs our tokens; made when it is not there. Raises BadConfiguration."""
    try:
        if not path.exists():
            made = ECKey.generate_key("P-256")
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(made.as_pem(private=True))
        key: ECKey = ECKey.import_key(path.read_bytes())
    except (OSError, JoseError, ValueError) as error:
        raise BadConfiguration([f"token_key: {path} cannot be used: {error}"]) from None
    return key


def _parts(text: str) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """Head and claims, not believed yet."""
    if len(text) > MAX_TOKEN_CHARS:
        raise _refused(f"it has more than {MAX_TOKEN_CHARS} characters")
    parts = text.split(".")
    if len(parts) != 3 or not all(parts):
        raise _refused("it must have three parts, with dots between them")
    return _object(parts[0]), _object(parts[1])


def _object(part: str) -> Mapping[str, object]:
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        if base64.urlsafe_b64encode(raw).rstrip(b"=") != part.encode("ascii"):
            raise ValueError("not canonical")
        value = json.loads(raw, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, binascii.Error, RecursionError):
        raise _refused("its parts must be JSON objects in base64url") from None
    if not isinstance(value, dict):
        raise _refused("its parts must be JSON objects in base64url")
    return cast("Mapping[str, object]", value)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands there twice")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _refused(why: str) -> Unauthenticated:
    return Unauthenticated(f"the token is refused: {why}", code="bad_token")
