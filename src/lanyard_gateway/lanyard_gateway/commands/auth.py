"""The command ``auth``: why a credential is let in, or is not. Needs no ROS and no gateway.

It goes the way that a gateway goes, with the same files and the same code, and says which rule
decided. The credential is read from the input and never from the arguments, which others can see.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from lanyard_core.access.built_in import BUILT_IN_POLICY
from lanyard_core.access.keys import KeyRing
from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import BadInput, LanyardFault
from lanyard_gateway.commands.running import application, moment, run
from lanyard_gateway.doors import key_file, policy_file
from lanyard_gateway.doors.issuer_keys import IssuerKeys
from lanyard_gateway.doors.tokens import TokenDesk, looks_like_token, signing_key

STATE = Path("~/.local/state/lanyard")

app = application("Say why a credential is let in, or is not.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Say why a credential is let in, or is not; the exit code."""
    return run(app, name="auth", arguments=arguments)


@app.callback()
def _group() -> None:
    """Say why a credential is let in, or is not."""


@app.command("check")
def check(
    scope: Annotated[str | None, typer.Option(help="What it is for, such as tasks:write.")] = None,
    robot: Annotated[str | None, typer.Option(help="On which robot.")] = None,
    state_dir: Annotated[Path, typer.Option(help="That of the gateway.")] = STATE,
    policy: Annotated[Path | None, typer.Option(help="The policy file, if there is one.")] = None,
    issuer: Annotated[str, typer.Option(help="The gateway's `issuer`, for its tokens.")] = "",
) -> None:
    """Read a key or a token from the input, and say what it may do; exit code 1 when refused."""
    text = sys.stdin.readline().strip()
    if not text:
        raise BadInput("no credential came: lanyard auth check < file")
    state_dir = state_dir.expanduser()
    rules = BUILT_IN_POLICY if policy is None else policy_file.read(policy.expanduser())
    ring = KeyRing(key_file.read(state_dir / "keys.json"), policy=rules)
    wanted = _scope(scope)
    try:
        principal = _identified(text, ring, state_dir, issuer)
        _tell(principal)
        _decide(principal, wanted, robot)
    except LanyardFault as fault:
        print(f"REFUSED  {fault.code}: {fault.detail}")
        raise typer.Exit(1) from None


def _identified(text: str, ring: KeyRing, state_dir: Path, issuer: str) -> Principal:
    now = time.time()
    if not looks_like_token(text):
        return ring.authenticate(text, now_unix_s=now)
    keys = IssuerKeys(ring)
    asyncio.run(keys.read_all())
    desk = TokenDesk(
        signing_key(state_dir / "token-signing-key.pem"), url=issuer, find_keys=keys.find
    )
    grant = desk.read(text, ring.policy, now_unix_s=now)
    return ring.principal_of_grant(grant, now_unix_s=now)


def _tell(principal: Principal) -> None:
    print(f"who      {principal.name}")
    print(f"role     {principal.role}")
    print(f"tenant   {principal.tenant or 'none'}")
    print(f"until    {moment(principal.expires_unix_s)}")
    robots = " and ".join(", ".join(each.texts()) or "none" for each in principal.robots)
    print(f"robots   {robots}")
    print(f"scopes   {' '.join(sorted(scope.value for scope in principal.scopes)) or 'none'}")


def _decide(principal: Principal, scope: Scope | None, robot: str | None) -> None:
    if scope is not None:
        principal.check_scope(scope)
    if robot is not None:
        principal.check_robot(robot)
    wanted = [scope.value if scope else "", f"on {robot}" if robot else ""]
    print(f"ALLOWED  {' '.join(filter(None, wanted)) or 'to be let in'}")
    for each in principal.rules.preconditions:
        if scope is None or not each.scopes or scope in each.scopes:
            print(f"         if {each.field} is as the policy wants it: a gateway knows")


def _scope(text: str | None) -> Scope | None:
    if text is None:
        return None
    try:
        return Scope(text)
    except ValueError:
        known = ", ".join(scope.value for scope in Scope)
        raise BadInput(f"there is no scope {text!r}; there are {known}") from None


if __name__ == "__main__":
    sys.exit(main())
