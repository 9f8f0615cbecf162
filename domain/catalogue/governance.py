"""Exception types of governance of decisions."""

from __future__ import annotations

from domain.catalogue.case_type import CaseType

#: In the order of the page.
TYPES: tuple[CaseType, ...] = ()
