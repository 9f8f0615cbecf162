"""``python -m app.signing.verifier BUNDLE``: needs this folder, Python and ``cryptography``, nothing else."""

from __future__ import annotations

import sys

from app.signing.verifier.report import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
