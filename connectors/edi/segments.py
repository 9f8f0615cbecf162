"""A segment of either syntax: its elements are asked for by number, a wrong one is said with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.edi import faults
from connectors.edi.faults import EdiParseError
from domain.checks import MAX_EXACT_INTEGER

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?|-?\.[0-9]{1,6}")
_CENTS = Decimal(100)


@dataclass(frozen=True, slots=True)
class Syntax:
    """The separators inside a segment; ``release`` is empty in X12."""

    element: str
    component: str
    segment: str
    release: str = ""
    repetition: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """Tag and elements as they stand in the file; ``position`` counts from the first segment as 1."""

    tag: str
    elements: tuple[str, ...]
    position: int
    syntax: Syntax

    def fail(self, element: int, why: str, code: str = "") -> EdiParseError:
        """The error of an element of this segment (0: of the segment)."""
        return EdiParseError(segment=self.tag, position=self.position, element=element, why=why, code=code)

    def get(self, element: int) -> str:
        """An element's text, empty where there is none."""
        raw = self.elements[element - 1] if element <= len(self.elements) else ""
        return raw if not self.syntax.release else unescaped(raw, self.syntax.release)

    def text(self, element: int) -> str:
        """An element that must be there."""
        found = self.get(element)
        if not found.strip():
            raise self.fail(element, "it is missing", faults.ELEMENT_MISSING)
        return found.strip()

    def part(self, element: int, component: int) -> str:
        """A component of an element, empty where there is none."""
        raw = self.elements[element - 1] if element <= len(self.elements) else ""
        release = self.syntax.release
        parts = (
            split_released(raw, self.syntax.component, release)
            if release
            else raw.split(self.syntax.component)
        )
        found = parts[component - 1] if component <= len(parts) else ""
        return unescaped(found, release).strip() if release else found.strip()

    def need(self, element: int, component: int) -> str:
        """A component that must be there."""
        found = self.part(element, component)
        if not found:
            raise self.fail(element, f"component {component} is missing", faults.ELEMENT_MISSING)
        return found

    def whole(self, element: int) -> int:
        """A whole number of zero or more."""
        return self.as_whole(element, self.text(element))

    def as_whole(self, element: int, text: str) -> int:
        """The whole number of zero or more that a text of an element is."""
        number = self.as_number(element, text)
        if number != number.to_integral_value() or not 0 <= number <= MAX_EXACT_INTEGER:
            raise self.fail(element, f"{text!r} is no whole number of zero or more", faults.ELEMENT_CHARACTER)
        return int(number)

    def number(self, element: int) -> Decimal:
        """A decimal number."""
        return self.as_number(element, self.text(element))

    def as_number(self, element: int, text: str) -> Decimal:
        """The number that a text of an element is."""
        if not _NUMBER.fullmatch(text):
            raise self.fail(element, f"{text!r} is no number", faults.ELEMENT_CHARACTER)
        return Decimal(text)

    def cents(self, element: int, amount: Decimal) -> int:
        """An amount of an element in cents; what is no whole number of cents is refused, not rounded."""
        cents = amount * _CENTS
        if cents != cents.to_integral_value():
            raise self.fail(element, f"{amount} is no whole number of cents", faults.ELEMENT_CODE)
        return int(cents)

    def implied_cents(self, element: int) -> int:
        """An amount of type N2: whole cents without a point."""
        text = self.text(element)
        if not re.fullmatch(r"-?[0-9]{1,15}", text):
            raise self.fail(element, f"{text!r} is no amount in cents", faults.ELEMENT_CHARACTER)
        return int(text)

    def one_of(self, element: int, allowed: Sequence[str]) -> str:
        """A code out of those allowed."""
        found = self.text(element)
        if found not in allowed:
            raise self.fail(element, f"{found!r} is not one of {', '.join(allowed)}", faults.ELEMENT_CODE)
        return found


def unescaped(text: str, release: str) -> str:
    """A text without its release characters."""
    if release not in text:
        return text
    return re.sub(re.escape(release) + "(.)", r"\1", text, flags=re.DOTALL)


def split_released(text: str, separator: str, release: str) -> list[str]:
    """The parts between separators that no release character stands before; still escaped."""
    if not release or release not in text:
        return text.split(separator)
    parts: list[str] = []
    start = place = 0
    while place < len(text):
        if text[place] == release:
            place += 2
            continue
        if text[place] == separator:
            parts.append(text[start:place])
            start = place + 1
        place += 1
    return [*parts, text[start:]]
