"""Can the gateway be reached, believed and used from here? A finding for each step on the way."""

from __future__ import annotations

import ipaddress
import time
from contextlib import aclosing
from urllib.parse import urlsplit

from lanyard_client.async_client import AsyncClient
from lanyard_client.cli.machine import version_of
from lanyard_client.cli.settings import Settings
from lanyard_client.errors import BadSettings, LanyardError, RequestFailed, Untrusted
from lanyard_core.finding import Finding, Grade

_CLOCK_APART_S = 1.0
_TO_DRIVE = "command:stream"


async def look_at_gateway(settings: Settings) -> list[Finding]:
    """Findings about the way to a gateway; ends at the first step that fails."""
    found = [_encryption(settings)]
    try:
        async with settings.client() as client:
            for step in (_answers, _ready, _key, _robots, _clock):
                found += await step(client)
    except Untrusted as error:
        found.append(Finding("gateway", Grade.BAD, str(error)))
    except RequestFailed as error:
        found.append(Finding("gateway", Grade.BAD, str(error), _remedy(error)))
    except BadSettings as error:
        found.append(Finding("settings", Grade.BAD, str(error)))
    except LanyardError as error:
        remedy = "is it running, is the URL right, is the tunnel up? `make demo` starts one"
        found.append(Finding("gateway", Grade.BAD, str(error), remedy))
    return found


def _encryption(settings: Settings) -> Finding:
    parts = urlsplit(settings.url)
    if parts.scheme == "https":
        pins = f"{len(settings.pins)} pinned keys" if settings.pins else "no pinned key"
        grade = Grade.GOOD if settings.pins else Grade.NOTE
        return Finding("encryption", grade, f"TLS 1.3, {pins}")
    if _is_loopback(parts.hostname or ""):
        return Finding("encryption", Grade.GOOD, "none needed: the gateway is on this machine")
    remedy = "use https, or make sure that this address is reached through WireGuard only"
    detail = f"none: the key goes to {parts.hostname} in plain text"
    return Finding("encryption", Grade.WARNING, detail, remedy)


async def _answers(client: AsyncClient) -> list[Finding]:
    began = time.monotonic()
    theirs = await client.version()
    took_ms = 1000.0 * (time.monotonic() - began)
    ours = version_of("lanyard_client")
    detail = f"version {theirs} at {client.url} answered in {took_ms:.0f} ms"
    if ours and theirs and ours.split(".")[:2] != theirs.split(".")[:2]:
        remedy = f"this client is {ours}: use the same version on both ends"
        return [Finding("gateway", Grade.WARNING, detail, remedy)]
    return [Finding("gateway", Grade.GOOD, detail)]


async def _ready(client: AsyncClient) -> list[Finding]:
    readiness = await client.readiness()
    troubles = [f"{name}: {check}" for name, check in readiness.checks.items() if check != "ok"]
    if readiness.ready:
        grade = Grade.WARNING if troubles else Grade.GOOD
        return [Finding("readiness", grade, "; ".join(troubles) or "takes work in")]
    remedy = "look at the gateway's log"
    return [Finding("readiness", Grade.BAD, "; ".join(troubles) or "not ready", remedy)]


async def _key(client: AsyncClient) -> list[Finding]:
    who = await client.whoami()
    may = "may drive" if _TO_DRIVE in who.scopes else "may not drive"
    return [Finding("key", Grade.GOOD, f"{who.key_id}, role {who.role}, {may}")]


async def _robots(client: AsyncClient) -> list[Finding]:
    robots = await client.robots()
    away = [robot.robot_id for robot in robots if not robot.online]
    detail = f"{len(robots) - len(away)} of {len(robots)} online"
    if robots and not away:
        return [Finding("robots", Grade.GOOD, detail)]
    remedy = f"is the control node running, in the same ROS domain? {', '.join(away)}"
    return [Finding("robots", Grade.WARNING, detail, remedy)]


async def _clock(client: AsyncClient) -> list[Finding]:
    """Certificates and tokens need the time of day; motion does not."""
    robots = await client.robots()
    if not robots:
        return []
    async with aclosing(client.telemetry(robots[0].robot_id, fields=["safety"])) as frames:
        apart_s = time.time() - (await frames.__anext__()).unix_s
    detail = f"this machine's and the gateway's are {abs(apart_s):.2f} s apart"
    if abs(apart_s) <= _CLOCK_APART_S:
        return [Finding("clock", Grade.GOOD, detail)]
    remedy = "set both by NTP (timedatectl set-ntp true): certificates and tokens depend on it"
    return [Finding("clock", Grade.WARNING, detail, remedy)]


def _remedy(error: RequestFailed) -> str:
    if error.code in ("unauthenticated", "token_expired"):
        return "`lanyard keys create` on the gateway's machine makes a new key"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
