"""The help over the page: topics at the left, the text at the right, a field to find words; Esc leaves."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QTextBrowser, QVBoxLayout, QWidget

from views.help.topics import TOPIC_OF, Topic, topics, topics_with
from views.language import tr
from views.shell.overlay import Overlay
from views.shell.state import Page
from views.shell.two_line_list import Line, TwoLineList
from views.theme import BODY_PX, SEMI_BOLD, ui_font
from views.widgets.buttons import TowerButton
from views.widgets.labels import label

_SIZE_PX: Final = (920, 640)
_TOPICS_PX: Final = 230
_LINE_PERCENT: Final = 125
_GAP_PX: Final = 6
_HEAD_PX: Final = {1: 17, 2: 14}


def set_out(document: QTextDocument) -> None:
    """Give headings the sizes of the window and lines some air; Markdown brings a browser's."""
    block = document.begin()
    while block.isValid():
        cursor = QTextCursor(block)
        level = block.blockFormat().headingLevel()
        spaced = QTextBlockFormat()
        spaced.setLineHeight(_LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        spaced.setBottomMargin(_GAP_PX)
        spaced.setTopMargin(2 * _GAP_PX if level > 1 else 0)
        cursor.mergeBlockFormat(spaced)
        if level:
            face = QTextCharFormat()
            face.setFont(ui_font(_HEAD_PX.get(level, BODY_PX), SEMI_BOLD))
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            cursor.setCharFormat(face)
        block = block.next()


class HelpPanel(Overlay):
    """The help."""

    def __init__(self, window: QWidget) -> None:
        """Lie over a window, hidden."""
        super().__init__(window, tr("Help"))
        self.field = QLineEdit()
        self.list = TwoLineList(tr("Help topics"), selectable=True, pad_px=14)
        self.text = QTextBrowser()
        self.leave = TowerButton(kind="icon", icon_name="x", name=tr("Close the help (Esc)"))
        self.nothing = label(tr("No topic holds these words."), "secondary")
        self._found: tuple[Topic, ...] = ()
        self._lay_out()
        self.field.textChanged.connect(self._find)
        self.list.chosen.connect(self._show_topic)
        self.leave.clicked.connect(self.close_overlay)

    def _lay_out(self) -> None:
        card = QFrame()
        card.setProperty("role", "raised")
        card.setFixedSize(*_SIZE_PX)
        self.field.setPlaceholderText(tr("Find in the help"))
        self.field.setAccessibleName(tr("Find in the help"))
        self.field.setClearButtonEnabled(True)
        self.list.setFixedWidth(_TOPICS_PX)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setOpenLinks(False)
        self.text.setAccessibleName(tr("Help text"))
        head = QHBoxLayout()
        head.addWidget(label(tr("Help"), "title"))
        head.addStretch(1)
        head.addWidget(self.field)
        head.addWidget(self.leave)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.list)
        body.addWidget(self.text, 1)
        column = QVBoxLayout(card)
        column.setContentsMargins(18, 14, 14, 16)
        column.setSpacing(12)
        column.addLayout(head)
        column.addLayout(body, 1)
        column.addWidget(self.nothing)
        self.set_card(card, Qt.AlignmentFlag.AlignCenter)

    def open_for(self, page: Page) -> None:
        """Open at the topic of a page."""
        self.field.clear()
        self._find("")
        self.open_overlay()
        self._show_topic(TOPIC_OF[page])
        self.list.choose(TOPIC_OF[page])
        self.list.setFocus(Qt.FocusReason.PopupFocusReason)

    def _find(self, words: str) -> None:
        self._found = topics_with(words) if words.strip() else topics()
        self.list.show_lines(
            [Line(key=topic.name, title=topic.title, text=topic.first_words) for topic in self._found]
        )
        self.nothing.setVisible(not self._found)
        if self._found and self.list.current_key() not in {topic.name for topic in self._found}:
            self.list.choose(self._found[0].name)
            self._show_topic(self._found[0].name)

    def _show_topic(self, name: str) -> None:
        topic = next((topic for topic in topics() if topic.name == name), None)
        if topic is not None:
            self.text.setMarkdown(topic.text)
            set_out(self.text.document())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave on Esc."""
        if event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_F1}:
            self.close_overlay()
            return
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Take every key before it becomes a shortcut of the page below."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)
