"""Heads into an S3 bucket with Object Lock: nobody can change or delete them for a year.

The bucket must have been made with Object Lock. Credentials come as boto3 finds them (environment,
profile, instance role) and should allow ``s3:PutObject`` and nothing else.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from lanyard_core.audit.heads import Head
from lanyard_core.faults import BadConfiguration

RETENTION = timedelta(days=366)


class S3Target:
    """One bucket; each head is an object of its own. Raises BadConfiguration without boto3."""

    def __init__(self, bucket: str, prefix: str, *, client: Any = None) -> None:
        self.name = f"s3:{bucket}/{prefix}"
        self._bucket = bucket
        self._prefix = prefix.strip("/")
        self._client = client if client is not None else _client()

    def send(self, head: Head) -> None:
        """Put a head."""
        at = datetime.fromisoformat(head.ts.replace("Z", "+00:00"))
        self._client.put_object(
            Bucket=self._bucket,
            Key=f"{self._prefix}/{head.link.n:012}.json".lstrip("/"),
            Body=(head.line() + "\n").encode("ascii"),
            ContentType="application/json",
            ChecksumAlgorithm="SHA256",
            ObjectLockMode="COMPLIANCE",
            ObjectLockRetainUntilDate=at + RETENTION,
        )


def _client() -> Any:
    try:
        import boto3
    except ImportError as error:
        problem = "audit.head_targets: s3: needs the library boto3; pip install boto3"
        raise BadConfiguration([problem]) from error
    return boto3.client("s3")
