"""In a wheel this file is `control_tower/__main__.py`, so that `python -m control_tower` works."""

from __future__ import annotations

import sys

from control_tower import main

if __name__ == "__main__":
    sys.exit(main())
