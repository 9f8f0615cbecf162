"""How each system of the world writes: its names for fields, its form of times and money, its own ids."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

from domain.errors import BadInputError

_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


class Naming(StrEnum):
    """How field names are written."""

    SNAKE = "snake"
    UPPER = "upper"
    CAMEL = "camel"


class TimeForm(StrEnum):
    """How instants are written."""

    ISO_UTC = "iso_utc"
    COMPACT = "compact"
    ISO_LOCAL = "iso_local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One system's way of writing.

    ``prefix`` begins its own keys; ``decimal_money`` says that cents are written as ``12.34``;
    ``skew_seconds`` is how far its clock is ahead; lags are minutes between a change and the moment
    at which the system shows it; shares are in a thousand documents.
    """

    face: str
    prefix: str
    naming: Naming
    time_form: TimeForm
    decimal_money: bool
    skew_seconds: int
    least_lag_minutes: int
    most_lag_minutes: int
    duplicates_per_mille: int
    utc_offset_hours: int = 0

    def field_name(self, name: str) -> str:
        """The system's name for one of our fields."""
        plain = name.removesuffix("_cents") + "_amount" if self._is_amount(name) else name
        if self.naming is Naming.UPPER:
            return plain.upper()
        if self.naming is Naming.CAMEL:
            first, *rest = plain.split("_")
            return first + "".join(part.capitalize() for part in rest)
        return plain

    def our_name(self, name: str) -> str:
        """Our name for one of its fields."""
        if self.naming is Naming.UPPER:
            plain = name.lower()
        elif self.naming is Naming.CAMEL:
            plain = _CAPITAL.sub(r"_\1", name).lower()
        else:
            plain = name
        if self.decimal_money and plain.endswith("_amount"):
            return plain.removesuffix("_amount") + "_cents"
        return plain

    def money(self, cents: int) -> int | str:
        """An amount as the system writes it."""
        return str(Decimal(cents) / 100) if self.decimal_money else cents

    def cents(self, amount: int | str) -> int:
        """An amount of the system in cents."""
        return int(Decimal(amount) * 100) if isinstance(amount, str) else amount

    def time(self, at: datetime) -> str:
        """An instant as the system writes it."""
        if self.time_form is TimeForm.COMPACT:
            return at.astimezone(UTC).strftime("%Y%m%d%H%M%S.%f")
        if self.time_form is TimeForm.ISO_LOCAL:
            return at.astimezone(timezone(timedelta(hours=self.utc_offset_hours))).isoformat()
        return at.astimezone(UTC).isoformat()

    def instant(self, text: str) -> datetime:
        """An instant that the system wrote.

        Raises:
            BadInputError: it is none in this system's form.
        """
        try:
            if self.time_form is TimeForm.COMPACT:
                return datetime.strptime(text, "%Y%m%d%H%M%S.%f").replace(tzinfo=UTC)
            return datetime.fromisoformat(text).astimezone(UTC)
        except ValueError as error:
            raise BadInputError(
                what=f"{text!r} is no time as {self.face} writes it.", remedy="Write the world anew."
            ) from error

    def _is_amount(self, name: str) -> bool:
        return self.decimal_money and name.endswith("_cents")


DIALECTS: dict[str, Dialect] = {
    "erp": Dialect(
        face="erp",
        prefix="",
        naming=Naming.SNAKE,
        time_form=TimeForm.ISO_UTC,
        decimal_money=True,
        skew_seconds=0,
        least_lag_minutes=1,
        most_lag_minutes=6,
        duplicates_per_mille=10,
    ),
    "wms": Dialect(
        face="wms",
        prefix="W",
        naming=Naming.UPPER,
        time_form=TimeForm.COMPACT,
        decimal_money=False,
        skew_seconds=40,
        least_lag_minutes=1,
        most_lag_minutes=4,
        duplicates_per_mille=5,
    ),
    "tms": Dialect(
        face="tms",
        prefix="LD",
        naming=Naming.CAMEL,
        time_form=TimeForm.ISO_LOCAL,
        decimal_money=True,
        skew_seconds=-25,
        least_lag_minutes=3,
        most_lag_minutes=30,
        duplicates_per_mille=20,
        utc_offset_hours=-5,
    ),
    "supplier": Dialect(
        face="supplier",
        prefix="P",
        naming=Naming.CAMEL,
        time_form=TimeForm.ISO_UTC,
        decimal_money=False,
        skew_seconds=0,
        least_lag_minutes=5,
        most_lag_minutes=45,
        duplicates_per_mille=20,
    ),
}
