"""``python -m fault_campaign``."""

import typer

from fault_campaign.command import main

typer.run(main)
