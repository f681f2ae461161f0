"""A configuration as a QR code, which the WireGuard app of a phone takes in with the camera.

Whoever sees the code has the key.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import segno

from lanyard_core.faults import BadConfiguration
from lanyard_wireguard.folder import write_new

_SCALES = {".png": 8, ".svg": 4}


def show(text: str) -> None:
    """Draw it on the terminal."""
    _code(text).terminal(out=sys.stdout, compact=True)


def save(text: str, file: Path) -> None:
    """Draw it into a new file, PNG or SVG by its ending. Raises BadConfiguration."""
    scale = _SCALES.get(file.suffix)
    if scale is None:
        raise BadConfiguration([f"{file}: a QR code goes into a file that ends in .png or .svg"])
    drawn = io.BytesIO()
    _code(text).save(drawn, kind=file.suffix[1:], scale=scale)
    write_new(file, drawn.getvalue())


def _code(text: str) -> segno.QRCode:
    return segno.make_qr(text, error="l")  # the smallest, for a screen and not for a wall
