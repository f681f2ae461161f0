"""The console script ``lanyard``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

_CANNOT_RUN = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit codes are those of ``run.ExitCode``."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        from lanyard_client.cli.app import invoke
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("typer", "rich"):
            raise
        print(
            f"lanyard: the command line needs {error.name}: pip install 'lanyard_client[cli]'",
            file=sys.stderr,
        )
        return _CANNOT_RUN
    return invoke(given)


if __name__ == "__main__":
    sys.exit(main())
