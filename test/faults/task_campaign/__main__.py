"""``python -m task_campaign``."""

import typer

from task_campaign.command import main

typer.run(main)
