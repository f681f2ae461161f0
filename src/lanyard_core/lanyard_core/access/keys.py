"""API keys: their text, what is kept of them, and how a presented one is recognised.

A key reads ``lyd_<10 lower-case base32>_<43 base64url>``: a visible id and a secret of 256 random
bits. Only the SHA-256 of the whole text is kept, so the key ring cannot give a secret away.
Randomness and time are handed in; no file is touched here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

from lanyard_core.access.scopes import ROLE_SCOPES, Principal, Role
from lanyard_core.faults import Unauthenticated

KEY_PREFIX = "lyd"
ID_BYTES = 7  # 56 bits, of which the id shows the first 50 as 10 base32 letters
SECRET_BYTES = 32
_KEY_TEXT = re.compile(r"lyd_([a-z2-7]{10})_[A-Za-z0-9_-]{43}")
_UNKNOWN_DIGEST = "0" * 64


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is kept of one key.

    ``digest`` is the SHA-256 of its text in hex; times are Unix seconds.
    """

    key_id: str
    role: Role
    digest: str
    name: str
    created_unix_s: float
    expires_unix_s: float | None = None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: the text is shown to its owner once, the record is kept."""

    text: str
    record: KeyRecord


def make_key(
    *,
    id_entropy: bytes,
    secret_entropy: bytes,
    role: Role,
    name: str,
    now_unix_s: float,
    expires_unix_s: float | None = None,
) -> NewKey:
    """Make a key from random bytes (``ID_BYTES`` and ``SECRET_BYTES`` of them.

    ValueError if not).
    """
    if len(id_entropy) != ID_BYTES or len(secret_entropy) != SECRET_BYTES:
        raise ValueError(f"need {ID_BYTES} and {SECRET_BYTES} random bytes")
    key_id = base64.b32encode(id_entropy).decode("ascii").lower()[:10]
    secret = base64.urlsafe_b64encode(secret_entropy).decode("ascii").rstrip("=")
    text = f"{KEY_PREFIX}_{key_id}_{secret}"
    record = KeyRecord(
        key_id=key_id,
        role=role,
        digest=digest_of(text),
        name=name,
        created_unix_s=now_unix_s,
        expires_unix_s=expires_unix_s,
    )
    return NewKey(text, record)


def digest_of(text: str) -> str:
    """The SHA-256 of a key's text, in hex: all that is ever stored of its secret."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def key_id_of(text: str) -> str | None:
    """The visible id of a key text, or None when the text is not shaped like a key."""
    match = _KEY_TEXT.fullmatch(text)
    return match.group(1) if match else None


class KeyRing:
    """The keys that are valid now.

    ``replace`` swaps the whole set; lookups never see half of it.
    """

    def __init__(self, records: Iterable[KeyRecord] = ()) -> None:
        self._records: dict[str, KeyRecord] = {}
        self.replace(records)

    def replace(self, records: Iterable[KeyRecord]) -> None:
        """Take ``records`` as the whole truth from now on."""
        self._records = {record.key_id: record for record in records}

    def records(self) -> tuple[KeyRecord, ...]:
        """All records, oldest first."""
        return tuple(sorted(self._records.values(), key=lambda record: record.created_unix_s))

    def authenticate(self, text: str, *, now_unix_s: float) -> Principal:
        """The principal that ``text`` belongs to.

        Raises Unauthenticated without saying which part failed.
        """
        key_id = key_id_of(text)
        record = self._records.get(key_id) if key_id is not None else None
        # The comparison runs for unknown ids too, so that timing does not tell which ids exist.
        expected = record.digest if record is not None else _UNKNOWN_DIGEST
        matches = hmac.compare_digest(digest_of(text), expected)
        if record is None or not matches:
            raise Unauthenticated("the API key is not known; create one with `keys create`")
        if record.expires_unix_s is not None and now_unix_s >= record.expires_unix_s:
            raise Unauthenticated("the API key has expired; create a new one", code="token_expired")
        return Principal(record.key_id, record.role, ROLE_SCOPES[record.role])
