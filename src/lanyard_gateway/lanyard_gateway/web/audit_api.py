"""The audit log over REST, for those who may read it: entries, and whether they are all genuine."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict

from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import BadConfiguration, Forbidden, NotFound, Unavailable
from lanyard_gateway.audit import reading, verifying
from lanyard_gateway.audit.folder import HEADS_FILE
from lanyard_gateway.web.auth import require
from lanyard_gateway.web.context import context_of
from lanyard_gateway.web.routing import ApiRoute

router = APIRouter(tags=["audit"], route_class=ApiRoute)

LARGEST_PAGE = 500
Auditor = Annotated[Principal, Depends(require(Scope.AUDIT_READ))]
Moment = Annotated[str | None, Query(pattern=r"^\d{4}-\d\d-\d\dT[0-9:.]{5,15}Z$")]
Word = Annotated[str | None, Query(max_length=128)]


class AuditEntry(BaseModel):
    """One entry, as it is in the log; `lanyard audit schema` describes it."""

    model_config = ConfigDict(extra="allow")

    n: int
    ts: str
    event: str


class AuditPage(BaseModel):
    """Entries, newest first; ``next_before`` continues."""

    items: list[AuditEntry]
    next_before: int | None


class AuditVerdict(BaseModel):
    """Whether the log is what was written, by the heads that this machine has."""

    genuine: bool
    first: int
    last: int
    attested: int
    problems: list[str]


@router.get("/audit", response_model=AuditPage)
async def read_audit(
    request: Request,
    principal: Auditor,
    since: Moment = None,
    until: Moment = None,
    key_id: Word = None,
    endpoint: Word = None,
    robot_id: Word = None,
    event: Word = None,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> AuditPage:
    """Entries of the audit log, newest first."""
    folder = _folder(request, principal)
    question = reading.Question(since, until, key_id, endpoint, robot_id, event, before)
    answer = await asyncio.to_thread(lambda: reading.ask(folder, question, limit=limit))
    items = [AuditEntry.model_validate(entry) for entry in answer.entries]
    return AuditPage(items=items, next_before=answer.next_before)


@router.get("/audit/verify", response_model=AuditVerdict)
async def verify_audit(request: Request, principal: Auditor) -> AuditVerdict:
    """Check every entry. Against whoever owns this machine, verify with heads that left it."""
    folder = _folder(request, principal)
    key = context_of(request).settings.audit_public_key
    try:
        report = await asyncio.to_thread(
            lambda: verifying.verify_folder(
                folder, head_files=[folder / HEADS_FILE], public_keys=[key] if key else []
            )
        )
    except (BadConfiguration, OSError) as error:
        detail = "the audit log or its key cannot be read"
        raise Unavailable(detail, code="audit_unavailable") from error
    verdict = report.verdict
    return AuditVerdict(
        genuine=not report.problems,
        first=verdict.first,
        last=verdict.last,
        attested=verdict.attested,
        problems=[problem.replace(f"{folder}/", "") for problem in report.problems],
    )


def _folder(request: Request, principal: Principal) -> Path:
    if principal.tenant is not None:
        raise Forbidden("the audit log has entries of other tenants; use a key of none")
    folder = context_of(request).settings.audit_folder
    if folder is None:
        raise NotFound("this gateway keeps no audit log", code="no_audit_log")
    return folder
