"""The audit log as the gateway has it: settings in, a log with its key and its shippers out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lanyard_gateway.audit.log import AuditLog, LogSettings
from lanyard_gateway.audit.shipping import Shipper, target_of
from lanyard_gateway.audit.signing import open_signer
from lanyard_gateway.settings import AuditSettings


@contextmanager
def audit_log(settings: AuditSettings) -> Iterator[AuditLog]:
    """An open log, as long as the block runs. Raises BadConfiguration, OSError."""
    shipper = Shipper([target_of(text) for text in settings.head_targets])
    log = AuditLog(
        LogSettings(
            folder=settings.folder,
            max_file_bytes=settings.max_file_bytes,
            max_file_age_s=settings.max_file_age_s,
            keep_files=settings.keep_files,
            head_every_s=settings.head_every_s,
            head_every_entries=settings.head_every_entries,
            reserve_bytes=settings.reserve_bytes,
        ),
        open_signer(settings.signing_key),
        ship=shipper.ship,
    )
    log.start()
    shipper.start()
    try:
        yield log
    finally:
        log.close()
        shipper.close()
