"""Which programs gave an answer, so that it can be given again."""

from __future__ import annotations

from importlib.metadata import version

from optimization.canonical import FORMAT_VERSION

MODEL_VERSION = "1"


def versions() -> tuple[tuple[str, str], ...]:
    """Name and version of the models, the problem format and the solver."""
    return (("format", str(FORMAT_VERSION)), ("models", MODEL_VERSION), ("ortools", version("ortools")))
