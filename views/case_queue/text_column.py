"""One column of texts, made ready to be searched, compared and sorted; free of Qt.

Searching a million Python strings one by one takes a tenth of a second a word. A column of few different
texts is therefore searched text by text, and one of many as rows of bytes: numpy compares a letter of all
rows at once.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from views.case_queue.state import BoolArray, Int64Array

_SAMPLED: Final = 1_000
_FEW: Final = 200
_FEW_FOUND: Final = 12
#: Half of a character, as a broken paste may hold, is kept and not refused.
_LONE: Final = "surrogatepass"
_ASCII: Final = bytes(range(128))
#: Texts of more bytes are searched as Python strings: one long note must not widen every row.
_WIDEST: Final = 64


def _letters_in(column: npt.NDArray[np.uint8]) -> frozenset[int]:
    seen = np.zeros(256, dtype=np.bool_)
    seen[column] = True
    return frozenset(np.flatnonzero(seen).tolist())


def _folded(joined: str) -> bytes:
    """A text casefolded, as UTF-8."""
    raw = joined.encode(errors=_LONE)
    foreign = set(raw.translate(None, _ASCII).decode(errors=_LONE))
    # Python folds a text with one arrow in it letter by letter, bytes ten times as fast.
    return raw.lower() if all(x.casefold() == x for x in foreign) else joined.casefold().encode(errors=_LONE)


class _Spelled:
    """Every row's folded text as a column of bytes, the first letters of all rows side by side."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        """Lay out texts."""
        joined = "\n".join(texts)
        if joined.count("\n") >= len(texts):
            # A text with a line break of its own would move all rows after it.
            joined = "\n".join(text.replace("\n", " ") for text in texts)
        self._count = len(texts)
        # The widest text may be the last: no place reaches beyond the padding.
        buffer = np.frombuffer(_folded(joined + "\n") + bytes(_WIDEST), dtype=np.uint8)
        ends = np.flatnonzero(buffer == ord("\n"))
        starts = np.concatenate([[0], ends[:-1] + 1])
        sizes = ends - starts
        fits = sizes <= _WIDEST
        width = int(sizes[fits].max(initial=0))
        self._letters = np.zeros((width, len(texts)), dtype=np.uint8)
        for place in range(width):
            np.multiply(buffer[starts], (sizes > place) & fits, out=self._letters[place])
            starts += 1
        self._seen_at = [_letters_in(row) for row in self._letters]
        self._long = {row: texts[row].casefold() for row in np.flatnonzero(~fits).tolist()}

    def holding(self, word: str) -> BoolArray:
        """Which rows hold a folded word."""
        found = np.zeros(self._count, dtype=np.bool_)
        letters = word.encode(errors=_LONE)
        for place in range(len(self._letters) - len(letters) + 1):
            seen = self._seen_at[place : place + len(letters)]
            # Most places are out at once: no row has a letter where only digits stand.
            if all(letter in here for letter, here in zip(letters, seen, strict=True)):
                found |= self._held_at(place, letters)
        for row, text in self._long.items():
            found[row] = word in text
        return found

    def _held_at(self, place: int, letters: bytes) -> BoolArray:
        held = np.ones(self._count, dtype=np.bool_)
        for at, letter in enumerate(letters, start=place):
            if len(self._seen_at[at]) > 1:
                held &= self._letters[at] == letter
        return held


class TextColumn:
    """The texts of one column; what is derived from them is worked out when first asked, and kept."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        """Take a text a row."""
        self.texts = texts

    def holds(self, texts: tuple[str, ...]) -> bool:
        """Whether these are the column's texts, so that nothing need be worked out again."""
        if texts is not self.texts and texts == self.texts:
            # The next comparison with the same new tuple is then by identity.
            self.texts = texts
        return texts is self.texts

    def equal_to(self, text: str) -> BoolArray:
        """Which rows have exactly this text."""
        codes, numbers = self._coded
        same: BoolArray = codes == numbers.get(text, -1)
        return same

    def holding(self, word: str) -> BoolArray:
        """Which rows hold a casefolded word without white space."""
        step = max(len(self.texts) // _SAMPLED, 1)
        if len(set(self.texts[::step])) > _FEW:
            return self._spelled.holding(word)
        codes, numbers = self._coded
        found = [number for text, number in numbers.items() if word in text.casefold()]
        if len(found) > _FEW_FOUND:
            return np.isin(codes, np.array(found, dtype=codes.dtype))
        held = np.zeros(len(codes), dtype=np.bool_)
        for number in found:
            held |= codes == number
        return held

    @cached_property
    def ranks(self) -> Int64Array:
        """Each row's place in alphabetical order, equal texts at the same place; empty texts come last."""
        codes, numbers = self._coded
        distinct = list(numbers)
        by_text = sorted(range(len(distinct)), key=lambda n: (not distinct[n], distinct[n].casefold()))
        place = np.empty(len(distinct), dtype=np.int64)
        place[by_text] = np.arange(len(distinct))
        return place[codes]

    @cached_property
    def _coded(self) -> tuple[npt.NDArray[np.int32], dict[str, int]]:
        """A number a row, and the number of each different text."""
        numbers = {text: number for number, text in enumerate(dict.fromkeys(self.texts))}
        return np.fromiter(map(numbers.__getitem__, self.texts), np.int32, count=len(self.texts)), numbers

    @cached_property
    def _spelled(self) -> _Spelled:
        return _Spelled(self.texts)
