"""Sentences that detection, services and the ledger wrote, said in the language in force.

They are stored and signed in English, made from patterns with fields. The catalogue of a language holds each
pattern beside its translation, so a stored sentence is read back by its pattern, its fields are said by
themselves, and the translation is filled with them. What no pattern fits stays as it is. Free of Qt.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Final

from resources.loader import list_names, read_bytes
from views.formatting import clock, day_and_month, written
from views.language import ENGLISH, Language, forms, language_in_force

_FIELD: Final = re.compile(r"\{(\w+)\}")
_DEEPEST: Final = 4
_MOST_KEPT: Final = 20_000
_TIME: Final = re.compile(r"\b(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|\+00:00)")
_CLOCK: Final = re.compile(r"\b(\d\d):(\d\d) UTC\b")
_DAY: Final = re.compile(rf"\b({'|'.join(ENGLISH.weekdays)}) (\d\d?) ({'|'.join(ENGLISH.months)})\b")
_MONTH_DAY: Final = re.compile(rf"\b(\d\d?) ({'|'.join(ENGLISH.months)})\b")
_MONEY: Final = re.compile(r"(-?)\$(\d[\d,]*(?:\.\d+)?)")
_NUMBER: Final = re.compile(
    r"(?<![\w.,-])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d\d(?!\d)|\d+\.\d+(?= %))(?![\w.,]*\w)"
)
#: Fields that hold a number only, so that a pattern reads no further than it should.
_NUMBERS: Final = frozenset(
    {"count", "units", "days", "hours", "picks", "orders", "minutes", "points", "position", "percent"}
)
_TWO_STOPS: Final = re.compile(r"(?<=[A-Za-zä])\.\.(?!\.)")
#: What pages put between texts of their own; each is said by itself.
_JOINED: Final = re.compile(r"( +[·] +)")
_LISTED: Final = re.compile(r"(, | and | or |; )")
_JOINTS: Final = {" and ": " und ", " or ": " oder "}


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A sentence with fields, the longest of its own words, and its translation."""

    text: str
    longest: str
    translation: str


@dataclass(slots=True)
class PhraseBook:
    """The patterns of one language; what was said once is remembered."""

    phrases: Mapping[str, str]
    _patterns: tuple[_Pattern, ...] = field(init=False)
    _said: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Order the patterns: those with more words of their own are tried first."""
        with_fields = [text for text in self.phrases if _FIELD.search(text)]
        ordered = sorted(with_fields, key=lambda text: (-len(_FIELD.sub("", text)), text))
        self._patterns = tuple(_pattern(text, self.phrases[text]) for text in ordered)

    def say(self, text: str) -> str:
        """The text in this language; as it is where no pattern fits."""
        known = self._said.get(text)
        if known is None:
            known = "".join(self._translated(part, 0) or part for part in _JOINED.split(text))
            if len(self._said) >= _MOST_KEPT:
                self._said.clear()
            self._said[text] = known
        return known

    def knows(self, text: str) -> bool:
        """Whether a pattern fits every part of the text."""
        return all(self._translated(part, 0) is not None for part in _JOINED.split(text)[::2])

    def _translated(self, text: str, depth: int) -> str | None:
        exact = self.phrases.get(text)
        if exact is not None:
            return exact
        if depth > _DEEPEST or not text:
            return None
        for pattern in self._patterns:
            if pattern.longest in text and (found := _reader(pattern.text).fullmatch(text)):
                values = {
                    name: self._translated(value, depth + 1) or value
                    for name, value in found.groupdict().items()
                }
                return pattern.translation.format(**values)
        return self._pieces(text, depth)

    def _pieces(self, text: str, depth: int) -> str | None:
        """Sentences one after the other, or a list of known words; both only where a part is known."""
        sentences = re.split(r"(?<=[.!?]) (?=[A-Z“])", text)
        if len(sentences) > 1:
            said = [self._translated(part, depth + 1) for part in sentences]
            if any(said):
                return " ".join(new or old for new, old in zip(said, sentences, strict=True))
        parts = _LISTED.split(text)
        words = parts[::2]
        if len(words) > 1 and any(word in self.phrases for word in words):
            return "".join(_JOINTS.get(part) or self._translated(part, depth + 1) or part for part in parts)
        return None


def _pattern(text: str, translation: str) -> _Pattern:
    return _Pattern(text, max(_FIELD.split(text)[::2], key=len), translation)


@cache
def _reader(text: str) -> re.Pattern[str]:
    """How a pattern is read; made when a text holds its words for the first time."""
    pieces, at, seen = [], 0, set()
    for place in _FIELD.finditer(text):
        name = place.group(1)
        pieces.append(re.escape(text[at : place.start()]))
        holds = r"[\d.,]+" if name in _NUMBERS else ".+?"
        pieces.append(f"(?P={name})" if name in seen else f"(?P<{name}>{holds})")
        seen.add(name)
        at = place.end()
    return re.compile("".join((*pieces, re.escape(text[at:]))), re.DOTALL)


@cache
def book_of(language: Language) -> PhraseBook | None:
    """The phrases of a language; ``None`` for the one that they are stored in.

    Raises:
        FileNotFoundError: the program ships without that language.
    """
    if language == "en":
        return None
    folder = f"language/{language}"
    phrases: dict[str, str] = {}
    for name in list_names(folder, ".toml"):
        phrases |= tomllib.loads(read_bytes(folder, name).decode())
    return PhraseBook(phrases)


def said(text: str, zone: tzinfo = UTC, *, site: tzinfo = UTC, near: datetime | None = None) -> str:
    """A stored text as it is shown: in the language in force, instants as clocks of ``zone``.

    A clock without a day, as of a cut-off, belongs to a site: it is said in ``site``'s zone on the day of
    ``near``, if that is known.
    """
    if not text:
        return text
    book = book_of(language_in_force())
    found = text if book is None else book.say(text)
    found = _TIME.sub(lambda match: _moment(match.group(1), zone), found)
    if near is not None:
        found = _CLOCK.sub(_clock_at(near, site), found)
    return found if forms() is ENGLISH else _localised(found)


def said_each(texts: Iterable[str]) -> tuple[str, ...]:
    """Several stored texts as they are shown."""
    return tuple(said(text) for text in texts)


def _moment(iso: str, zone: tzinfo) -> str:
    here = datetime.fromisoformat(iso).replace(tzinfo=UTC).astimezone(zone)
    return f"{day_and_month(here)} {here:%H:%M %Z}".strip()


def _clock_at(near: datetime, zone: tzinfo) -> Callable[[re.Match[str]], str]:
    """Clocks of UTC as those of ``zone``, on the day of ``near``."""

    def local(match: re.Match[str]) -> str:
        day = near.astimezone(UTC)
        at = day.replace(hour=int(match.group(1)), minute=int(match.group(2)))
        return f"{clock(at, zone)} {at.astimezone(zone):%Z}".strip()

    return local


def _localised(text: str) -> str:
    """Days, amounts and numbers within a sentence, as the language in force writes them."""
    used = forms()

    def day(match: re.Match[str]) -> str:
        weekday = used.weekdays[ENGLISH.weekdays.index(match.group(1))]
        month = used.months[ENGLISH.months.index(match.group(3))]
        return f"{weekday}, {used.day_month.format(day=match.group(2), month=month)}"

    def month_day(match: re.Match[str]) -> str:
        month = used.months[ENGLISH.months.index(match.group(2))]
        return used.day_month.format(day=match.group(1), month=month)

    text = _MONTH_DAY.sub(month_day, _DAY.sub(day, text))
    text = _MONEY.sub(lambda match: f"{match.group(1)}{written(match.group(2))} $", text)
    text = _NUMBER.sub(lambda match: written(match.group(1)), text)
    # An abbreviated month at the end of a sentence has its full stop already.
    return _TWO_STOPS.sub(".", text)
