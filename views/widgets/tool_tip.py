"""Tool tips that show foreign text as it is, never as markup."""

from __future__ import annotations

from html import escape


def plain_tip(text: str) -> str:
    """A text for ``setToolTip`` that keeps its lines and cannot smuggle in markup."""
    return f"<p style='white-space:pre'>{escape(text)}</p>" if text else ""
