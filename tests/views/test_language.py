"""German: every text has its entry, nothing is clipped, numbers and dates are written its way."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QTranslator

from resources.loader import read_bytes
from tests.support.source_tree import REPOSITORY, Source, room_sources
from tests.support.window_texts import is_words, window_texts
from views import language
from views.formatting import count, counted, moment, money, money_short, percent
from views.shell.translation import CONTEXT, language_of, speak

CATALOGUE = REPOSITORY / "resources" / "language" / "tower_de.ts"
#: Files that hold no words for a person, or only those that others translate.
WITHOUT_WORDS = frozenset(
    {
        "views/language.py",
        "views/theme.py",
        "views/style_sheet.py",
        "views/icons.py",
        "views/map/geometry.py",
        "views/map/state.py",
        "views/map/projection.py",
        "views/map/labels.py",
        "views/map/lanes.py",
        "views/approvals/delegation.py",
        "views/shell/layout.py",
    }
)


def catalogue() -> dict[str, str]:
    tree = ET.parse(CATALOGUE)  # noqa: S314 - a file of this repository
    return {m.findtext("source", ""): m.findtext("translation", "") for m in tree.iter("message")}


def test_every_text_has_a_german_entry_and_none_is_left_over() -> None:
    known = catalogue()
    assert sorted(text for text in window_texts() if not known.get(text)) == []
    assert sorted(set(known) - window_texts()) == []


def test_an_entry_keeps_the_places_that_are_filled() -> None:
    def places(text: str) -> set[str]:
        return {part.split("}")[0].split(":")[0].split("!")[0] for part in text.split("{")[1:]}

    wrong = {source: found for source, found in catalogue().items() if not places(found) <= places(source)}
    assert wrong == {}


def test_the_compiled_catalogue_is_that_of_the_texts() -> None:
    compiled = read_bytes("language", "tower_de.qm")
    translator = QTranslator()
    assert translator.load(compiled)
    stale = [s for s, found in catalogue().items() if translator.translate(CONTEXT, s) != found]
    assert stale == [], "run .ci/language.py"


def test_no_text_is_shown_past_the_catalogue() -> None:
    found = [hit for file in room_sources() if speaks(file) for hit in bare_texts(file)]
    assert found == []


def speaks(file: Source) -> bool:
    return file.room == "views" and file.path not in WITHOUT_WORDS


#: Names of the product and of keys are the same in every language.
NAMES = frozenset({"Fulfilment Tower", "Ctrl K"})
SHOWING = frozenset(
    {"setText", "setToolTip", "setPlaceholderText", "setAccessibleName", "addAction", "label", "drawText"}
)


def bare_texts(file: Source) -> Iterator[str]:
    """Words given straight to something that shows them."""
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in SHOWING:
            continue
        for argument in node.args:
            text = argument.value if isinstance(argument, ast.Constant) else ""
            if isinstance(text, str) and is_words(text) and text not in NAMES:
                yield f"{file.path}:{node.lineno}: {text!r}"


@pytest.fixture(scope="module")
def german() -> dict[str, object]:
    run = subprocess.run(
        [sys.executable, "-m", "tests.support.german_window"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: dict[str, object] = json.loads(run.stdout)
    return found


def test_nothing_is_clipped_on_a_small_screen(german: dict[str, object]) -> None:
    assert german["clipped"] == []


def test_the_window_speaks_german(german: dict[str, object]) -> None:
    # The made-up proposal names its case by an English word of its own.
    assert german["english"] == ["approvals: 'Exception'"]
    words = german["words"]
    assert isinstance(words, dict)
    assert words["rail"][0] == "Turm"
    assert words["counts"].startswith("1 gewählt von 1.277")
    assert words["chips"] == ["Jede Schwere", "Jedes Alter"]


def test_a_real_site_is_shown_in_german_on_every_page(german: dict[str, object]) -> None:
    assert german["site"] == []


@pytest.fixture
def in_german() -> Iterator[None]:
    speak("de")
    yield
    language.put_in_force("en")


@pytest.mark.usefixtures("in_german")
def test_numbers_and_dates_are_written_the_german_way() -> None:
    assert money(18_640_000) == "186.400 $"
    assert money(-12_345, "EUR") == "−123 €"  # noqa: RUF001 - the minus sign
    assert money_short(284_000_000) == "2,84M $"
    assert (count(1_277), percent(9_310)) == ("1.277", "93,1 %")
    assert (counted(1, "case"), counted(5, "case")) == ("1 Fall", "5 Fälle")
    here, today = datetime(2026, 3, 2, 14, 5, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC)
    assert moment(here, today, UTC) == "2. März 14:05"


def test_a_desk_speaks_what_it_was_told_else_what_the_desktop_speaks() -> None:
    assert (language_of("de"), language_of("en")) == ("de", "en")
    assert language_of("") in {"de", "en"}
