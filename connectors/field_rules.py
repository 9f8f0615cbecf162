"""How one value of another system fills one field of a record, as data; what is wrong is said by its field.

Shared by what is read through profiles of the site: files, SQL and OData.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

import msgspec

from domain.checks import MAX_EXACT_INTEGER
from domain.errors import BadInputError, BadValueError
from domain.ids import EntityKind
from domain.records import TYPE_OF_KIND, Entity

Text = Annotated[str, msgspec.Meta(min_length=1)]
FieldType = Literal["text", "whole", "cents", "date", "end_of_date", "datetime", "flag", "choice"]
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,12})?")
_NAME = re.compile(r"\{([a-z_]+)\}")
_YES, _NO = frozenset({"1", "yes", "y", "true", "x"}), frozenset({"0", "no", "n", "false", ""})
_DATE_TYPES = frozenset({"date", "end_of_date", "datetime"})
_END_OF_DAY = timedelta(hours=23, minutes=59)


class FieldRule(
    msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True, rename={"source": "from"}
):
    """One column: its name in the source, the field it fills, and how its values are read.

    ``times`` are the units in one of the source's; ``default`` stands in place of an empty value.
    """

    source: Text
    to: Text
    type: FieldType = "text"
    format: str = ""
    times: Annotated[int, msgspec.Meta(ge=1)] = 1
    required: bool = True
    default: str = ""
    choices: dict[str, str] = {}


class FieldFault(BadInputError):
    """One value is wrong; ``column`` is empty when no single one is to blame."""

    def __init__(self, *, what: str, column: str = "", code: str = "bad-value") -> None:
        """Keep what is wrong, and where."""
        super().__init__(what=what, remedy="Correct the row in the system that it is from.")
        self.column = column
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a source writes: the zone of times that say none, and the sign before decimals."""

    zone: tzinfo = UTC
    decimal_sign: str = "."


def raw_of(value: object, column: str) -> str | datetime:
    """A value of a typed source as a text, or as the instant it is; nothing is the empty text.

    Raises:
        FieldFault: it is of a type that no field is filled from.
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str() | datetime():
            return value
        case int():
            return str(value)
        case Decimal() | float():
            return f"{Decimal(repr(value)) if isinstance(value, float) else value:f}"
        case date():
            return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - its zone is the profile's
        case _:
            raise FieldFault(what=f"it holds {type(value).__name__}, which fills no field", column=column)


def value_of(rule: FieldRule, raw: str | datetime, habits: Habits) -> object:
    """What a field is filled with; ``None`` where the source says nothing and need not.

    Raises:
        FieldFault: the value is none of the rule's type, or is missing.
    """
    if isinstance(raw, str):
        raw = raw.strip() or rule.default
        if not raw:
            if rule.required:
                raise FieldFault(what="it is empty", column=rule.source, code="missing")
            return None
    if rule.type in _DATE_TYPES:
        return _instant(rule, raw, habits)
    text = raw if isinstance(raw, str) else raw.isoformat()
    match rule.type:
        case "whole":
            return _whole(rule, text, habits)
        case "cents":
            return _cents(rule, text, habits)
        case "flag":
            return _flag(rule, text)
        case "choice":
            return _choice(rule, text)
        case _:
            return text


def put(values: dict[str, Any], to: str, value: object) -> None:
    """Set a field; ``ship_to.city`` is a field of a field, and ``None`` sets nothing."""
    if value is None:
        return
    *outer, last = to.split(".")
    place = values
    for name in outer:
        place = place.setdefault(name, {})
    place[last] = value


def filled(template: str, values: Mapping[str, Any], constants: Mapping[str, Any]) -> str:
    """An id made of a record's own fields by the profile's template.

    Raises:
        FieldFault: one of them says nothing.
    """

    def value(found: re.Match[str]) -> str:
        text = str(values.get(found.group(1), constants.get(found.group(1), "")))
        if not text.strip():
            raise FieldFault(what=f"it has no {found.group(1)}, which is part of its id", code="missing")
        return text

    return _NAME.sub(value, template)


def entity_of(
    kind: EntityKind, values: Mapping[str, Any], identity: str, constants: Mapping[str, Any]
) -> Entity:
    """A record of its fields, laid over the constants of the profile.

    Raises:
        FieldFault: they do not make one.
    """
    wanted = TYPE_OF_KIND[kind]
    whole = _over(constants, values)
    # The id is the first field of every entity of the domain.
    first = next(iter(wanted.__dataclass_fields__))
    try:
        return msgspec.convert({**whole, first: whole.get(first, identity)}, wanted)
    except (msgspec.ValidationError, BadValueError) as error:
        text = str(error).replace("Object missing required field", "it has no")
        raise FieldFault(what=text.replace(" - at `$", " - at `record"), code="bad-record") from error


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """One table laid over another, which stays as it is."""
    found = dict(below)
    for name, value in above.items():
        under = found.get(name)
        both = isinstance(under, Mapping) and isinstance(value, Mapping)
        found[name] = _over(under, value) if both and isinstance(under, Mapping) else value
    return found


def _number(rule: FieldRule, text: str, habits: Habits) -> Decimal:
    groups, sign = (",", ".") if habits.decimal_sign == "." else (".", ",")
    whole, point, rest = text.replace(" ", "").replace("\u00a0", "").partition(sign)
    if groups in whole:
        parts = whole.lstrip("+-").split(groups)
        if not 1 <= len(parts[0]) <= 3 or any(len(part) != 3 for part in parts[1:]):  # noqa: PLR2004 - thousands
            raise FieldFault(what=f"{text!r} is no number", column=rule.source)
        whole = whole.replace(groups, "")
    plain = f"{whole}.{rest}" if point else whole
    if not _NUMBER.fullmatch(plain):
        raise FieldFault(what=f"{text!r} is no number", column=rule.source)
    return Decimal(plain)


def _whole(rule: FieldRule, text: str, habits: Habits) -> int:
    number = _number(rule, text, habits) * rule.times
    if number != number.to_integral_value() or abs(number) > MAX_EXACT_INTEGER:
        raise FieldFault(what=f"{text!r} is no whole number", column=rule.source)
    return int(number)


def _cents(rule: FieldRule, text: str, habits: Habits) -> int:
    cents = _number(rule, text, habits) * 100
    if cents != cents.to_integral_value() or abs(cents) > MAX_EXACT_INTEGER:
        raise FieldFault(what=f"{text!r} is no whole number of cents", column=rule.source)
    return int(cents)


def shared_out(rule: FieldRule, raw: str | datetime, by: str | datetime) -> str:
    """An amount for several units as that of one, exactly or not at all; nothing of nothing is nothing.

    Raises:
        FieldFault: it is not a whole number of cents for one unit, or there are no units.
    """
    if raw == "":
        return ""
    try:
        amount, units = Decimal(str(raw)), Decimal(str(by))
    except InvalidOperation as error:
        raise FieldFault(
            what=f"{raw!r} for {by!r} is no amount for a quantity", column=rule.source
        ) from error
    if units <= 0 or (amount * 100) % units:
        raise FieldFault(
            what=f"{raw} for {by} is no whole number of cents for one", column=rule.source, code="not-whole"
        )
    return f"{amount / units:f}"


def _flag(rule: FieldRule, text: str) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise FieldFault(what=f"{text!r} is neither yes nor no", column=rule.source)


def _choice(rule: FieldRule, text: str) -> str:
    found = rule.choices.get(text)
    if found is None:
        known = ", ".join(rule.choices)
        raise FieldFault(what=f"{text!r} is not one of {known}", column=rule.source, code="unknown-code")
    return found


def _instant(rule: FieldRule, raw: str | datetime, habits: Habits) -> datetime:
    if isinstance(raw, datetime):
        moment = raw
    else:
        shape = rule.format or ("%Y-%m-%d %H:%M" if rule.type == "datetime" else "%Y-%m-%d")
        try:
            moment = datetime.strptime(raw, shape)  # noqa: DTZ007 - its zone is the profile's
        except ValueError as error:
            raise FieldFault(what=f"{raw!r} is no date like {shape}", column=rule.source) from error
    if rule.type != "datetime":
        moment = datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - its zone is the profile's
        moment += _END_OF_DAY if rule.type == "end_of_date" else timedelta()
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=habits.zone)
    return moment.astimezone(UTC)
