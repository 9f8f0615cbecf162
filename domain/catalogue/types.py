"""The catalogue: every exception type the tower knows, in the order of the docs page."""

from __future__ import annotations

from domain.catalogue import (
    allocation,
    data_quality,
    governance,
    invoicing,
    order_entry,
    returns,
    transport,
    warehouse,
)
from domain.catalogue.case_type import CaseType
from domain.errors import BadInputError

CASE_TYPES: tuple[CaseType, ...] = (
    *order_entry.TYPES,
    *allocation.TYPES,
    *warehouse.TYPES,
    *transport.TYPES,
    *invoicing.TYPES,
    *returns.TYPES,
    *data_quality.TYPES,
    *governance.TYPES,
)

_BY_CODE = {case_type.code: case_type for case_type in CASE_TYPES}


def case_type(code: str) -> CaseType:
    """The type of that code.

    Raises:
        BadInputError: there is no such type.
    """
    found = _BY_CODE.get(code)
    if found is None:
        raise BadInputError(
            what=f"There is no exception type {code!r}.", remedy=f"Known types: {', '.join(_BY_CODE)}."
        )
    return found
