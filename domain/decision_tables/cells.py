"""The condition in one input cell of a decision table, and the small language it is written in.

``-`` any value · ``x`` or ``=x`` that value · ``<n`` ``<=n`` ``>n`` ``>=n`` · ``[a..b)`` an interval, with
square brackets for bounds that belong to it · ``a|b|c`` one of these · ``not(x)`` anything known but x ·
``null`` no value. A missing value (NULL) meets only ``-`` and ``null``. A text that holds one of
``|()'`` or spaces at its ends is put in single quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.checks import MAX_EXACT_INTEGER

Value = int | str | bool | None
#: From a number (included) to a number (excluded); ``None`` is without bound.
Span = tuple[int | None, int | None]

ANY_TEXT = "-"
NULL_TEXT = "null"

_COMPARISON = re.compile(r"(<=|>=|<|>)\s*(-?\d+)")
_INTERVAL = re.compile(r"([\[(])\s*(-?\d+)\s*\.\.\s*(-?\d+)\s*([\])])")
_NUMBER = re.compile(r"-?\d+")


class ColumnType(StrEnum):
    """What a column holds."""

    INT = "int"
    TEXT = "text"
    BOOL = "bool"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberCell:
    """A condition on a whole number: it lies in one of ``spans``, which are apart and in order."""

    spans: tuple[Span, ...]
    null: bool = False

    @property
    def is_any(self) -> bool:
        """Whether every value meets it, a missing one too."""
        return self.null and self.spans == ((None, None),)

    def matches(self, value: Value) -> bool:
        """Whether ``value`` meets it."""
        if value is None:
            return self.null
        number = int(value)
        return any(
            (low is None or low <= number) and (high is None or number < high) for low, high in self.spans
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceCell:
    """A condition on a text or a yes-or-no: it is one of ``values``, or with ``negated`` none of them."""

    values: frozenset[str | bool]
    negated: bool = False
    null: bool = False

    @property
    def is_any(self) -> bool:
        """Whether every value meets it, a missing one too."""
        return self.null and self.negated and not self.values

    def matches(self, value: Value) -> bool:
        """Whether ``value`` meets it."""
        if value is None:
            return self.null
        return (value in self.values) is not self.negated


Cell = NumberCell | ChoiceCell


def parse_cell(written: object, kind: ColumnType) -> Cell:
    """The condition that a cell of a policy file states; a bare number or truth value means itself.

    Raises:
        ValueError: it is not understood, or does not fit the column; the message says why.
    """
    if isinstance(written, bool | int):
        written = str(written).lower()
    if not isinstance(written, str):
        raise ValueError(f"{written!r} is no condition")  # noqa: TRY004 - one error for all that is wrong
    text = written.strip()
    if text == ANY_TEXT:
        return _everything(kind, null=True)
    if text.startswith("not(") and text.endswith(")"):
        return _complement(parse_cell(text[4:-1], kind), text)
    pieces = [piece_cell(piece, kind) for piece in _alternatives(text)]
    return _union(pieces, kind)


def piece_cell(piece: str, kind: ColumnType) -> Cell:
    """The condition of one alternative.

    Raises:
        ValueError: as for :func:`parse_cell`.
    """
    if piece == NULL_TEXT:
        nothing = _everything(kind, null=True)
        return (
            NumberCell(spans=(), null=True)
            if isinstance(nothing, NumberCell)
            else ChoiceCell(values=frozenset(), null=True)
        )
    if piece.startswith("not(") and piece.endswith(")"):
        return _complement(parse_cell(piece[4:-1], kind), piece)
    bare = piece.removeprefix("=").strip()
    if kind is ColumnType.INT:
        return NumberCell(spans=(_span(piece if _COMPARISON.fullmatch(piece) else bare),))
    if kind is ColumnType.BOOL:
        if bare not in {"true", "false"}:
            raise ValueError(f"{piece!r} is neither true nor false")
        return ChoiceCell(values=frozenset({bare == "true"}))
    return ChoiceCell(values=frozenset({_text(bare)}))


def _everything(kind: ColumnType, *, null: bool) -> Cell:
    if kind is ColumnType.INT:
        return NumberCell(spans=((None, None),), null=null)
    return ChoiceCell(values=frozenset(), negated=True, null=null)


def _alternatives(text: str) -> list[str]:
    """The pieces between bars; bars within quotes and parentheses do not count."""
    pieces, depth, quoted, start = [], 0, False, 0
    for index, sign in enumerate(text):
        if sign == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif sign == "|" and depth == 0:
            pieces.append(text[start:index].strip())
            start = index + 1
        elif sign == "(" and text[:index].endswith("not"):
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
    pieces.append(text[start:].strip())
    if quoted or depth or not all(pieces):
        raise ValueError(f"{text!r} is not a condition")
    return pieces


def _text(bare: str) -> str:
    if len(bare) > 1 and bare.startswith("'") and bare.endswith("'"):
        return bare[1:-1]
    if not bare or bare == ANY_TEXT or bare[0] in "<>[" or any(sign in bare for sign in "|()'\0"):
        raise ValueError(f"{bare!r} is not a text; put it in single quotes")
    return bare


def _span(bare: str) -> Span:
    if any(abs(int(number)) > MAX_EXACT_INTEGER for number in _NUMBER.findall(bare)):
        raise ValueError(f"{bare!r} holds a number beyond what is counted exactly")
    if _NUMBER.fullmatch(bare):
        return int(bare), int(bare) + 1
    if found := _COMPARISON.fullmatch(bare):
        sign, number = found.group(1), int(found.group(2))
        return {
            "<": (None, number),
            "<=": (None, number + 1),
            ">": (number + 1, None),
            ">=": (number, None),
        }[sign]
    if found := _INTERVAL.fullmatch(bare):
        opening, low, high, closing = found.groups()
        first = int(low) + (opening == "(")
        end = int(high) + (closing == "]")
        if first >= end:
            raise ValueError(f"the interval {bare!r} holds no number")
        return first, end
    raise ValueError(f"{bare!r} is no number, comparison or interval")


def _union(pieces: list[Cell], kind: ColumnType) -> Cell:
    null = any(piece.null for piece in pieces)
    if kind is ColumnType.INT:
        spans = [span for piece in pieces if isinstance(piece, NumberCell) for span in piece.spans]
        return NumberCell(spans=_merged(spans), null=null)
    choices = [piece for piece in pieces if isinstance(piece, ChoiceCell)]
    named = frozenset[str | bool]().union(*(c.values for c in choices if not c.negated))
    negated = [c.values for c in choices if c.negated]
    if not negated:
        return ChoiceCell(values=named, null=null)
    return ChoiceCell(values=frozenset.intersection(*negated) - named, negated=True, null=null)


def _complement(cell: Cell, written: str) -> Cell:
    """Every known value that does not meet ``cell``."""
    if isinstance(cell, ChoiceCell):
        if cell.negated and not cell.values:
            raise ValueError(f"{written!r} can never be met")
        return ChoiceCell(values=cell.values, negated=not cell.negated)
    spans: list[Span] = []
    low: int | None = None
    for first, end in cell.spans:
        if first is not None:
            spans.append((low, first))
        low = end
        if end is None:
            break
    else:
        spans.append((low, None))
    if not spans:
        raise ValueError(f"{written!r} can never be met")
    return NumberCell(spans=tuple(spans))


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    """The same numbers in spans that are apart and in order."""
    merged: list[Span] = []
    for low, high in sorted(spans, key=lambda span: (span[0] is not None, span[0] or 0)):
        if merged:
            before_low, before_high = merged[-1]
            if before_high is None or low is None or low <= before_high:
                far = None if before_high is None or high is None else max(before_high, high)
                merged[-1] = (before_low, far)
                continue
        merged.append((low, high))
    return tuple(merged)
