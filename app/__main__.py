"""The program's door: reads the command line and hands over; light, so that the window shows soon."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Sequence

from app.cli.parser import parse
from domain.errors import TowerError

EXIT_KNOWN_ERROR = 2
EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code.

    Known errors become one clear sentence on standard error and exit code 2.
    """
    multiprocessing.freeze_support()
    options = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        return int(options.run(options))
    except TowerError as error:
        print(f"control-tower: {error}", file=sys.stderr)
        return EXIT_KNOWN_ERROR
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
