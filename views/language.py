"""The language of the window: a text in English stands for itself until another language is put in force.

Free of Qt, so that states and formatting can speak too; ``views/shell/translation.py`` reads the catalogues
that Qt's own tools compile, and puts one in force before the first widget is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

Language = Literal["en", "de"]
LANGUAGES: Final[tuple[tuple[Language, str], ...]] = (("en", "English"), ("de", "Deutsch"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """How a language writes numbers and dates: marks within a number, months, order of day and month."""

    thousands: str
    decimal: str
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    day_month: str
    currency_after: bool = False


ENGLISH: Final = Forms(
    thousands=",",
    decimal=".",
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    day_month="{day} {month}",
)
GERMAN: Final = Forms(
    thousands=".",
    decimal=",",
    months=("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
    weekdays=("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    day_month="{day}. {month}",
    currency_after=True,
)


def _same(text: str) -> str:
    return text


@dataclass(slots=True)
class _InForce:
    language: Language
    translate: Callable[[str], str]
    forms: Forms


_IN_FORCE: Final = _InForce(language="en", translate=_same, forms=ENGLISH)


def put_in_force(language: Language, translate: Callable[[str], str] = _same) -> None:
    """Speak a language from now on; what is shown already stays as it is."""
    _IN_FORCE.language = language
    _IN_FORCE.translate = translate
    _IN_FORCE.forms = GERMAN if language == "de" else ENGLISH


def language_in_force() -> Language:
    """The language that is spoken."""
    return _IN_FORCE.language


def forms() -> Forms:
    """How numbers and dates are written."""
    return _IN_FORCE.forms


def tr(text: str, /, **values: object) -> str:
    """A text in the language in force; ``{names}`` in it are filled with ``values`` afterwards."""
    found = _IN_FORCE.translate(text)
    return found.format(**values) if values else found


def noted(text: str) -> str:
    """The same text, noted down for translation; it is translated where it is shown."""
    return text
