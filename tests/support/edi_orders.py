"""Orders of a partner by the dozen, and what we answered to each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.support.edi_site import PURCHASE_ORDER, EdiSite, interchange


def order(number: int) -> str:
    """An order; every eighth cannot be understood."""
    body = [list(line) for line in PURCHASE_ORDER]
    body[0][3] = f"PO-{number:03}"
    if number % 8 == 3:
        next(line for line in body if line[0] == "PO1")[2] = "many"
    return interchange("acme", [("850", body)], control=number)


def acknowledged(files: Iterable[Path]) -> Counter[str]:
    """What we answered to each interchange, by its control number."""
    said: Counter[str] = Counter()
    for path in files:
        text = path.read_text("latin-1")
        found = re.search(r"~AK1\*PO\*(\d+)~.*~(AK9\*\w)", text)
        assert found is not None, text
        said[f"{found.group(1)} {found.group(2)}"] += 1
    return said


def receive_order(site: EdiSite, number: int) -> None:
    """An order, each fourth twice under another name."""
    site.receive(f"{number:03}.edi", order(number))
    if number % 4 == 0:
        site.receive(f"{number:03}-again.edi", order(number))
