"""The command ``certs``: a local authority, and certificates for gateways and clients.

For a network that no public authority reaches. Needs no ROS and no gateway; a gateway that runs
takes a renewed certificate up within a second.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer

from lanyard_gateway.commands.running import application, run
from lanyard_gateway.doors import certificates
from lanyard_gateway.doors.certificates import MAX_DAYS, Pair

app = application("Make certificates for gateways and clients.")

Folder = Annotated[Path, typer.Option(help="Where the authority and the files are.")]
Days = Annotated[float, typer.Option(min=0.01, max=MAX_DAYS, help="Days until it expires.")]
HOME = Path("~/.local/state/lanyard/certs")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make certificates; the exit code."""
    return run(app, name="certs", arguments=arguments)


@app.command("create")
def create(
    names: Annotated[list[str], typer.Argument(help="Names and addresses of the gateway.")],
    folder: Folder = HOME,
    days: Days = MAX_DAYS,
) -> None:
    """Make a certificate for a gateway, and the authority if there is none yet."""
    folder, now = folder.expanduser(), datetime.now(timezone.utc)
    signer = _authority(folder, now)
    pair = certificates.issue_server(signer, folder, names, days=days, now=now)
    _tell(pair)
    print("gateway  -p tls.certificate:=" + str(pair.certificate) + f" -p tls.key:={pair.key}")
    print(f"client   --ca-file {folder / 'ca.pem'}")


@app.command("client")
def client(
    name: Annotated[str, typer.Argument(help="Whose it is, such as wms.")],
    folder: Folder = HOME,
    days: Days = MAX_DAYS,
) -> None:
    """Make a certificate with which a client shows who it is (mutual TLS)."""
    folder, now = folder.expanduser(), datetime.now(timezone.utc)
    signer = _authority(folder, now)
    _tell(certificates.issue_client(signer, folder, name, days=days, now=now))
    print(f"gateway  -p tls.client_ca:={folder / 'ca.pem'}")


@app.command("show")
def show(
    file: Annotated[Path, typer.Argument(help="A certificate in PEM.")],
) -> None:
    """Show whom a certificate is for, until when, and what a client is to pin."""
    found = certificates.read_certificate(file.expanduser())
    print(f"for      {', '.join(certificates.names_of(found)) or 'signing others'}")
    print(f"until    {found.not_valid_after_utc:%Y-%m-%d}")
    print(f"pin      {certificates.pin_of(found)}")


def _authority(folder: Path, now: datetime) -> certificates.Authority:
    signer, is_new = certificates.authority(folder, now=now)
    if is_new:
        print(
            f"made the authority {folder / 'ca.pem'}; whoever has ca.key can sign, so keep it safe"
        )
    return signer


def _tell(pair: Pair) -> None:
    print(f"made     {pair.certificate} and {pair.key}")
    show(pair.certificate)


if __name__ == "__main__":
    sys.exit(main())
