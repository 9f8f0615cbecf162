"""Stored sentences in German: read back by their patterns, and no word of a rule is unknown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.services.what_if.why import words_of
from domain.catalogue.types import CASE_TYPES
from optimization.backlog.explain import Alternative, Flip, FlipKind, LineExplanation, Verdict
from tests.support.source_tree import Source, room_sources
from views import language
from views.case_detail.lines import fact_name
from views.phrases import PhraseBook, book_of, said
from views.shell.translation import speak

CHICAGO = ZoneInfo("America/Chicago")
_FIELD = re.compile(r"\{(\w+)\}")
_WORDS = re.compile(r"[A-Za-z]{3,}[ ,;:.]+[A-Za-z(]{2,}")
_SQL = re.compile(
    r"[>]|\(id|\b(UNION|SELECT|FROM|INSERT|UPDATE|DELETE|WITHOUT|INDEX|JOIN|CASE|COALESCE|AND|IN)\b|[a-z]_[a-z]|\{\w+:"
)
#: Patterns with so many letters of their own are told from all others.
_ENOUGH = 25
_NO_SENTENCES = frozenset({"fact", "execute", "text", "with_picks", "execute_many", "TypeError", "format"})


@pytest.fixture
def german() -> Iterator[PhraseBook]:
    speak("de")
    book = book_of("de")
    assert book is not None
    yield book
    language.put_in_force("en")


def german_book() -> PhraseBook:
    book = book_of("de")
    assert book is not None
    return book


def test_a_stored_sentence_is_said_with_its_fields_days_and_amounts(german: PhraseBook) -> None:
    stored = (
        "SO-1 of Müller & Co. ($1,240.50) is on credit hold; it cannot ship for Tue 24 Nov until released."
    )
    assert german.knows(stored)
    assert said(stored) == (
        "SO-1 von Müller & Co. (1.240,50 $) ist kreditgesperrt; "
        "ohne Freigabe geht er nicht für Di, 24. Nov. hinaus."
    )


def test_a_sentence_in_a_sentence_is_said_too(german: PhraseBook) -> None:
    stored = "It needs PO-7, where there is: SO-1 line 2 short 9 ea."
    assert german.say(stored) == "Er braucht PO-7, dort gibt es: SO-1 Position 2: 9 St. fehlen."


def test_what_nobody_knows_stays_as_it_is(german: PhraseBook) -> None:
    assert not german.knows("Rang den Kunden zweimal an")
    assert said("Rang den Kunden zweimal an") == "Rang den Kunden zweimal an"


def test_instants_are_those_of_the_desk_and_a_cut_off_that_of_its_site() -> None:
    stored = "LD-1 was last heard of on 2026-11-22T14:00Z; the cut-off is 22:00 UTC."
    at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    shown = said(stored, ZoneInfo("Europe/Berlin"), site=CHICAGO, near=at)
    assert shown == "LD-1 was last heard of on 22 Nov 15:00 CET; the cut-off is 16:00 CST."


def test_english_stays_as_it_is_stored() -> None:
    assert said("SO-1 line 2 short 9 ea") == "SO-1 line 2 short 9 ea"


def test_every_pattern_fills_only_fields_it_has() -> None:
    wrong = {
        text: translation
        for text, translation in german_book().phrases.items()
        if set(_FIELD.findall(translation)) != set(_FIELD.findall(text)) - {"same"}
        and not set(_FIELD.findall(translation)) <= set(_FIELD.findall(text))
    }
    assert wrong == {}


def test_every_pattern_has_words_of_its_own() -> None:
    bare = [text for text in german_book().phrases if not re.search(r"[A-Za-z]", _FIELD.sub("", text))]
    assert bare == ["{option} - {title}", "{option}, {title}", "{verb}: {why}"]


LONG = sorted(text for text in german_book().phrases if len(_FIELD.sub("", text)) > _ENOUGH and "{" in text)


@given(st.data())
@settings(max_examples=60)
def test_what_a_pattern_made_is_read_back(data: st.DataObject) -> None:
    book = german_book()
    text = data.draw(st.sampled_from(LONG))
    values = {name: str(data.draw(st.integers(2, 999))) for name in _FIELD.findall(text)}
    stored = text.format(**values)
    assume(stored not in book.phrases)
    assert book.say(stored) == book.phrases[text].format(**values)


def test_why_a_line_goes_its_way_in_a_scenario_is_said_whole(german: PhraseBook) -> None:
    place = {"sku": 0, "units_left": 3, "units_ever": 40, "hands_left": 0, "units_planned": 2}
    alternatives = tuple(
        Alternative(
            node=0, day=n, unit_cents=320, late_days=n, price_thousandths=200_000 * (n % 2),
            fixed_cents=400 * (n % 3), verdict=verdict, **place,
        )
        for n, verdict in enumerate(Verdict)
    )  # fmt: skip
    unknown = []
    for kind in FlipKind:
        flip = Flip(kind=kind, node=0, day=3, amount=4, saved_cents=1_250, worth_thousandths=1)
        for late, flips in ((0, (flip,)), (5, ())):
            found = LineExplanation(
                line_id=1, order=1, wanted=40, planned=30, shipments=late or 1, late_units=late,
                alternatives=alternatives[late // 5 * 2 :], flips=flips,
            )  # fmt: skip
            sentences = words_of(found, ["Memphis"], date(2026, 11, 22))
            unknown += [each for each in sentences if not german.knows(each)]
            english = re.compile(r"\b(the|units|late|shipment|today|with|more|by|on|a)\b", re.IGNORECASE)
            unknown += [said(each) for each in sentences if english.search(said(each))]
    assert unknown == []


def test_titles_actions_and_evidence_of_every_type_are_known(german: PhraseBook) -> None:
    unknown = set()
    for kind in CASE_TYPES:
        unknown |= {kind.title} - set(german.phrases)
        unknown |= {action.label for action in kind.actions} - set(german.phrases)
        unknown |= {name for name in kind.evidence if name_in_english(name) not in german.phrases}
    assert unknown == set()
    assert fact_name("short_quantity") == "Fehlmenge"


def name_in_english(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def test_the_words_of_every_rule_are_in_the_catalogue() -> None:
    """A sentence that a rule writes is made of pieces between its fields; each is in some pattern."""
    known = "\n".join(_FIELD.sub("\x00", text) for text in german_book().phrases)
    missing = [
        f"{file.path}: {piece!r}"
        for file in room_sources()
        if file.path.startswith(("app/detection/rules/", "app/detection/incidents/phrases"))
        and file.path != "app/detection/rules/registry.py"
        for piece in pieces(file)
        if piece not in known
    ]
    assert missing == []


def pieces(file: Source) -> Iterator[str]:
    """The words between the fields of what a file writes for people."""
    for text in sentences(file.tree):
        for piece in re.split(r"\x00|(?<=[.:;]) ", _FIELD.sub("\x00", text)):
            if _WORDS.search(piece):
                yield piece.removeprefix("Z").strip(" .;:,()")


def sentences(node: ast.AST) -> Iterator[str]:
    """Constants and f-strings that a person reads, each field of the latter as one sign."""
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if is_docstring or (isinstance(node, ast.Call) and called(node) in _NO_SENTENCES):
        return
    text = written_text(node)
    if text and not _SQL.search(text):
        yield text
    parts = node.values if isinstance(node, ast.JoinedStr) else ast.iter_child_nodes(node)
    for part in parts:
        if not (isinstance(node, ast.JoinedStr) and isinstance(part, ast.Constant)):
            yield from sentences(part)


def called(node: ast.Call) -> str:
    return str(getattr(node.func, "id", getattr(node.func, "attr", "")))


def written_text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "\x00" for v in node.values)
    return ""
