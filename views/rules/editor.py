"""The edited copy: its text with line numbers in words, what is wrong with it, what it would do."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontDatabase, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QSplitter, QVBoxLayout, QWidget

from views.formatting import count, counted, tenths
from views.language import tr
from views.rules.state import RulesTried, line_of
from views.rules.view_model import RulesViewModel
from views.shell.tone_label import ToneLabel
from views.shell.two_line_list import Line, TwoLineList
from views.theme import SEMI_BOLD, ToneName
from views.widgets.buttons import TowerButton
from views.widgets.labels import label

CHECK_MS: Final = 500
_TEXT_PX: Final = 12
_SIZES_PX: Final = (520, 230)


class RuleEditor(QWidget):
    """Text above, answers below."""

    saved = Signal()

    def __init__(self, view_model: RulesViewModel, *, check_ms: int = CHECK_MS) -> None:
        """Edit the chosen file of a view model; it is checked ``check_ms`` after the last key."""
        super().__init__()
        self._view_model = view_model
        self.text = QPlainTextEdit()
        self.verdict = ToneLabel(px=13, weight=SEMI_BOLD)
        self.problems = TwoLineList(tr("Problems of the edited policy"), selectable=True, pad_px=4)
        self.effects = TwoLineList(tr("What the edited policy would do"), pad_px=4)
        self.show_closing = TowerButton("", "link", name=tr("Show the cases that would close"))
        self.cursor_words = label("", "caption")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(check_ms)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(_TEXT_PX)
        self.text.setFont(font)
        self.text.setAccessibleName(tr("Edited copy of the policy"))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(True)
        below = QWidget()
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.verdict, 1)
        head.addWidget(self.show_closing)
        head.addWidget(self.cursor_words)
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.problems, 1)
        column.addWidget(self.effects, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.text)
        split.addWidget(below)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setChildrenCollapsible(False)
        split.setSizes(list(_SIZES_PX))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(split)

    def _connect(self) -> None:
        self.text.textChanged.connect(self._take_text)
        self.text.cursorPositionChanged.connect(self._show_cursor)
        self._timer.timeout.connect(self._view_model.check)
        self.problems.chosen.connect(self._go_to)
        self.show_closing.clicked.connect(self._view_model.show_closing)
        self._view_model.answers_changed.connect(self.show_answers)

    def show_copy(self) -> None:
        """Show the copy of the chosen file."""
        copy = self._view_model.copy or ""
        if self.text.toPlainText() != copy:
            self.text.setPlainText(copy)
        self.show_answers()
        self._show_cursor()

    def _take_text(self) -> None:
        self._view_model.set_text(self.text.toPlainText())
        self._timer.start()

    def _show_cursor(self) -> None:
        cursor = self.text.textCursor()
        self.cursor_words.setText(
            tr(
                "line {value}, column {value2}",
                value=cursor.blockNumber() + 1,
                value2=cursor.positionInBlock() + 1,
            )
        )

    def _go_to(self, key: str) -> None:
        checked = self._view_model.answer_to_check
        if checked is None:
            return
        line = line_of(checked.text, checked.problems[int(key)])
        if line >= 0:
            cursor = QTextCursor(self.text.document().findBlockByNumber(line))
            cursor.select(QTextCursor.SelectionType.LineUnderCursor)
            self.text.setTextCursor(cursor)
            self.text.centerCursor()

    # ------------------------------------------------------------------ answers
    def show_answers(self) -> None:
        """Say what a check and a rehearsal found."""
        model = self._view_model
        checked, tried = model.answer_to_check, model.answer_to_try
        problems = checked.problems if checked is not None else ()
        words, tone = self._verdict()
        self.verdict.setText(words)
        self.verdict.set_tone(tone)
        self.problems.setVisible(bool(problems) or tried is None)
        self.problems.show_lines(
            [
                Line(key=str(number), title=problem.what, text=problem.place)
                for number, problem in enumerate(problems)
            ]
        )
        self.effects.setVisible(not problems and tried is not None)
        self.effects.show_lines(effect_lines(tried) if tried is not None else ())
        closing = len(tried.closing_ids) if tried is not None else 0
        self.show_closing.setVisible(bool(closing))
        self.show_closing.setText(tr("Show the {count} that would close", count=count(closing)))

    def _verdict(self) -> tuple[str, ToneName | None]:
        model = self._view_model
        checked, tried = model.answer_to_check, model.answer_to_try
        if checked is None:
            return tr("Checking …"), None
        if checked.problems:
            return tr(
                "{counted}: this would be refused", counted=counted(len(checked.problems), "problem")
            ), "critical"
        if model.trying == model.chosen:
            return tr("Rehearsing on a copy of the mirror …"), "accent"
        if tried is None:
            return tr("Nothing is wrong with it."), "ok"
        if tried.failed:
            return tried.failed, "critical"
        return tried_words(tried), "ok"


def tried_words(tried: RulesTried) -> str:
    """What a rehearsal found, in one sentence."""
    changes = (
        tr("It would change no case.")
        if not tried.would_open and not tried.would_close
        else tr(
            "It would open {count} and close {count2}.",
            count=count(tried.would_open),
            count2=count(tried.would_close),
        )
    )
    return tr(
        "{changes}  {count} open now  ·  {time}",
        changes=changes,
        count=count(tried.open_now),
        time=tenths(tried.seconds),
    )


def effect_lines(tried: RulesTried) -> tuple[Line, ...]:
    """A row a type whose cases would change, those with most changes first."""
    ranked = sorted(tried.effects, key=lambda e: (-(e.would_open + e.would_close), e.code))
    return tuple(
        Line(
            key=effect.code,
            title=effect.title,
            text=tr("{code}  ·  {count} open now", code=effect.code, count=count(effect.open_now)),
            right=tr("+{count} opened", count=count(effect.would_open)),
            right_text=tr("{count} closed", count=count(effect.would_close)),
        )
        for effect in ranked
        if effect.would_open or effect.would_close
    )
