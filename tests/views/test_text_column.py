"""A column of texts finds, compares and sorts as Python does it text by text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from views.case_queue.text_column import TextColumn

LETTERS = st.text(st.sampled_from("aAbBsSßİ→·1 \n\t\ud800"), max_size=9)
LONG = st.builds(lambda text, times: text * times, LETTERS, st.integers(9, 30))
WORDS = st.text(st.sampled_from("absSsß→·1İ\ud800"), min_size=1, max_size=4)


def many(texts: list[str]) -> tuple[str, ...]:
    """The texts among so many others that they are searched as bytes."""
    return (*texts, *(f"filler {number:04d}" for number in range(1_000)))


@given(texts=st.lists(LETTERS | LONG, max_size=12), word=WORDS)
def test_a_word_is_found_in_few_texts_and_in_many(texts: list[str], word: str) -> None:
    wanted = word.casefold()
    for column in (tuple(texts), many(texts)):
        found = TextColumn(column).holding(wanted).tolist()
        assert found == [wanted in text.casefold() for text in column]


@given(texts=st.lists(LETTERS, max_size=12))
def test_ranks_are_places_in_alphabetical_order_with_empty_texts_last(texts: list[str]) -> None:
    ranks = TextColumn(tuple(texts)).ranks.tolist()
    by_rank = [text for _, text in sorted(zip(ranks, texts, strict=True), key=lambda pair: pair[0])]
    keys = [(not text, text.casefold()) for text in by_rank]
    assert keys == sorted(keys)
    assert len(set(ranks)) == len(set(texts))


def test_equal_texts_are_those_of_the_same_spelling() -> None:
    column = TextColumn(("A. Moreno", "", "a. moreno", "A. Moreno"))
    assert column.equal_to("A. Moreno").tolist() == [True, False, False, True]
    assert column.equal_to("Nobody").tolist() == [False] * 4


def test_a_column_knows_its_texts_again_in_another_tuple() -> None:
    column = TextColumn(("a", "b"))
    assert column.holds(tuple("ab"))
    assert not column.holds(("a", "c"))
