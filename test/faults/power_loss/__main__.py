"""``python -m power_loss [POINTS]``: what is lost with each setting, in words."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from power_loss.replay import look_at_journal, look_at_store, recorded, replayed

POINTS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000

for what, synchronous, look in (
    ("store", "FULL", look_at_store),
    ("store", "NORMAL", look_at_store),
    ("store", "OFF", look_at_store),
    ("journal", "-", look_at_journal),
):
    with tempfile.TemporaryDirectory(prefix="lanyard-") as scratch:
        ops = recorded(Path(scratch), what, synchronous=synchronous)
        found = replayed(ops, Path(scratch), look, points=POINTS, seed=1)
    hurt = len({words.split(":")[0] for words in found.wrong})
    setting = "" if synchronous == "-" else f", synchronous={synchronous}"
    print(
        f"{what}{setting}: {len(ops)} writes and syncs, {found.promises} promises, power cut at"
        f" {found.points} points: something promised was lost at {hurt}",
        flush=True,
    )
