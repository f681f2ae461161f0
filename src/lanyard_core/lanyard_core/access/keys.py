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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lanyard_core.access.built_in import BUILT_IN_POLICY
from lanyard_core.access.claims import LEEWAY_S
from lanyard_core.access.issuers import Grant
from lanyard_core.access.patterns import EVERYTHING, Patterns
from lanyard_core.access.policy import Policy
from lanyard_core.access.principal import Principal, principal_of
from lanyard_core.faults import Conflict, NotFound, Unauthenticated

KEY_PREFIX = "lyd"
ID_BYTES = 7  # 56 bits, of which the id shows the first 50 as 10 base32 letters
SECRET_BYTES = 32
_KEY_TEXT = re.compile(r"lyd_([a-z2-7]{10})_[A-Za-z0-9_-]{43}")
_UNKNOWN_DIGEST = "0" * 64

MAX_LIVE_KEYS = 2
MAX_LIFE_DAYS = 90.0
"""How long a key may live, unless whoever makes it insists."""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is kept of one key.

    ``digest`` is the SHA-256 of its text in hex; times are Unix seconds. ``name`` says whose it is:
    keys of one name belong to one client. ``robots`` and ``tenant`` narrow what its role allows.
    """

    key_id: str
    role: str
    digest: str
    name: str
    created_unix_s: float
    expires_unix_s: float | None = None
    robots: Patterns = EVERYTHING
    tenant: str | None = None

    def is_live(self, *, now_unix_s: float) -> bool:
        """Whether it has not expired."""
        return self.expires_unix_s is None or now_unix_s < self.expires_unix_s


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: the text is shown to its owner once, the record is kept."""

    text: str
    record: KeyRecord


def make_key(
    *,
    id_entropy: bytes,
    secret_entropy: bytes,
    role: str,
    name: str,
    now_unix_s: float,
    expires_unix_s: float | None = None,
    robots: Patterns = EVERYTHING,
    tenant: str | None = None,
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
        role=str(role),
        digest=digest_of(text),
        name=name,
        created_unix_s=now_unix_s,
        expires_unix_s=expires_unix_s,
        robots=robots,
        tenant=tenant,
    )
    return NewKey(text, record)


def digest_of(text: str) -> str:
    """The SHA-256 of a key's text, in hex: all that is ever stored of its secret."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def key_id_of(text: str) -> str | None:
    """The visible id of a key text, or None when the text is not shaped like a key."""
    match = _KEY_TEXT.fullmatch(text)
    return match.group(1) if match else None


def with_new_key(
    records: Sequence[KeyRecord], new: KeyRecord, *, now_unix_s: float
) -> Sequence[KeyRecord]:
    """``records`` and ``new``; raises Conflict when its client has two live keys already.

    Two, so that a client can be given its next key before the last one ends; not more, because a
    key that nobody remembers is one that nobody takes back.
    """
    live = [record.key_id for record in records
            if record.name == new.name and record.is_live(now_unix_s=now_unix_s)]  # fmt: skip
    if len(live) >= MAX_LIVE_KEYS:
        raise Conflict(
            f"{new.name!r} has two live keys already, {' and '.join(live)}; revoke one of them,"
            " or give the new key another name",
            code="too_many_keys",
        )
    return [*records, new]


def rotated(
    records: Sequence[KeyRecord],
    key_id: str,
    new: KeyRecord,
    *,
    until_unix_s: float,
    now_unix_s: float,
) -> Sequence[KeyRecord]:
    """``records`` with ``new`` beside the key that it replaces, which ends at ``until_unix_s``.

    Raises NotFound, and Conflict as ``with_new_key``.
    """
    old = record_of(records, key_id)
    ends = until_unix_s if old.expires_unix_s is None else min(until_unix_s, old.expires_unix_s)
    ending = [
        replace(record, expires_unix_s=ends) if record is old else record for record in records
    ]
    return with_new_key(ending, new, now_unix_s=now_unix_s)


def record_of(records: Iterable[KeyRecord], key_id: str) -> KeyRecord:
    """The record of ``key_id``; raises NotFound."""
    for record in records:
        if record.key_id == key_id:
            return record
    raise NotFound(f"there is no key {key_id!r}; `lanyard keys list` shows those that there are")


class KeyRing:
    """The keys that are valid now, and the policy that says what their roles may do.

    ``replace`` and ``adopt`` swap the whole of it; lookups never see half. ``version`` rises when
    something may have changed.
    """

    def __init__(
        self, records: Iterable[KeyRecord] = (), *, policy: Policy = BUILT_IN_POLICY
    ) -> None:
        self._records: dict[str, KeyRecord] = {}
        self._worked_out: dict[str, tuple[KeyRecord, Policy, Principal]] = {}
        self.policy = policy
        self.version = 0
        self.replace(records)

    def replace(self, records: Iterable[KeyRecord]) -> None:
        """Take ``records`` as the whole truth from now on."""
        self._records = {record.key_id: record for record in records}
        self._worked_out = {}
        self.version += 1

    def adopt(self, policy: Policy) -> None:
        """Judge roles by ``policy`` from now on."""
        self.policy = policy
        self.version += 1

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
            raise Unauthenticated("the API key is not known; create one with `lanyard keys create`")
        return self._principal(record, now_unix_s)

    def principal(self, key_id: str, *, now_unix_s: float) -> Principal:
        """What the key ``key_id`` allows now; raises Unauthenticated when it has ended.

        For those who have shown before that they hold it.
        """
        record = self._records.get(key_id)
        if record is None:
            raise Unauthenticated("the API key is not known any more; it may have been revoked")
        return self._principal(record, now_unix_s)

    def principal_of_grant(self, grant: Grant, *, now_unix_s: float) -> Principal:
        """What a token allows now; raises Unauthenticated when it, or what it stands on, has ended.

        A token of ours stands on a key; one of an issuer outside, on the policy's naming that one.
        """
        if now_unix_s >= grant.expires_unix_s + LEEWAY_S:
            raise Unauthenticated("the token has expired; get a new one", code="token_expired")
        if grant.issuer is None:
            base = self.principal(grant.subject, now_unix_s=now_unix_s)
        elif grant.issuer in self.policy.issuers:
            base = principal_of(
                self.policy, key_id=grant.subject, role=grant.role, tenant=grant.tenant
            )
        else:
            raise Unauthenticated("the policy does not name the token's issuer any more")
        narrowed = base.narrowed(scopes=grant.scopes, robots=grant.robots)
        expires = grant.expires_unix_s
        if base.expires_unix_s is not None:
            expires = min(expires, base.expires_unix_s)
        return replace(narrowed, kind="token", expires_unix_s=expires, grant=grant)

    def _principal(self, record: KeyRecord, now_unix_s: float) -> Principal:
        if not record.is_live(now_unix_s=now_unix_s):
            raise Unauthenticated("the API key has expired; create a new one", code="token_expired")
        known = self._worked_out.get(record.key_id)
        if known is not None and known[0] is record and known[1] is self.policy:
            return known[2]
        policy = self.policy
        found = principal_of(
            policy,
            key_id=record.key_id,
            role=record.role,
            tenant=record.tenant,
            expires_unix_s=record.expires_unix_s,
        ).narrowed(robots=record.robots)
        self._worked_out[record.key_id] = (record, policy, found)
        return found
