"""What every body has in common, and the body of every error, as the OpenAPI document shows it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Body(BaseModel):
    """A request body: exact types, and no field that is not known."""

    model_config = ConfigDict(extra="forbid", strict=True)


class WrongField(BaseModel):
    """One wrong field: its dotted path, a stable code, and a sentence for a person."""

    field: str
    code: str
    message: str


class Problem(BaseModel):
    """An error, as RFC 9457 problem details."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str = Field(description="Stable, for programs.")
    detail: str = Field(description="What is wrong and how to mend it, for people.")
    request_id: str
    retryable: bool
    errors: list[WrongField] | None = Field(
        None, description="The wrong fields; only with code validation_failed."
    )
