"""The lines of a case's orders across the systems: a strip a line, those of the case first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from views.case_detail.stage_strip import StageHead, StageStrip
from views.case_detail.stories import LineStory, story_counts
from views.formatting import counted
from views.language import tr
from views.widgets.buttons import TowerButton
from views.widgets.labels import ElidedLabel, label

FEW: Final = 6


class StoryPanel(QWidget):
    """Head, strips, and a button for the lines beyond the first few; hidden without lines."""

    #: The open case behind a red stage is to be looked at.
    case_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing until there are lines."""
        super().__init__(parent)
        self.strips: list[StageStrip] = []
        self.more = TowerButton("", "link", icon_name="chevron-down", name=tr("More lines"), icon_px=14)
        self.counts = ElidedLabel("", "caption")
        self._all = False
        self._stories: tuple[LineStory, ...] = ()
        self._rows: list[QWidget] = []
        self._orders: list[tuple[ElidedLabel, int]] = []
        self.setAccessibleName(tr("Order lines across systems"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label(tr("Lines across systems"), "strong"))
        head.addWidget(self.counts, 1)
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 10)
        whole.setSpacing(4)
        whole.addLayout(head)
        whole.addWidget(StageHead())
        whole.addLayout(self._column)
        whole.addWidget(self.more)
        whole.addSpacing(6)
        whole.addWidget(label(tr("Events"), "strong"))
        self.more.clicked.connect(self._toggle)
        self.hide()

    def show_stories(self, stories: Sequence[LineStory], zone: tzinfo) -> None:
        """Show these lines; the same lines again keep what is unfolded and where the keyboard is."""
        fresh = tuple(stories)
        same = _keys(fresh) == _keys(self._stories)
        self._stories = fresh
        self.setVisible(bool(fresh))
        self.counts.setText(story_counts(fresh))
        if same:
            for strip, story in zip(self.strips, fresh, strict=True):
                strip.show_story(story, zone)
            return
        self._all = False
        self._rebuild(zone)
        self._fold()

    def _rebuild(self, zone: tzinfo) -> None:
        for row in self._rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self.strips, self._rows, self._orders = [], [], []
        several = len({story.order_number for story in self._stories}) > 1
        order = ""
        for number, story in enumerate(self._stories):
            if several and story.order_number != order:
                order = story.order_number
                caption = ElidedLabel(order, "caption")
                self._orders.append((caption, number))
                self._add(caption)
            strip = StageStrip(story, zone)
            strip.case_wanted.connect(self.case_wanted)
            self.strips.append(strip)
            self._add(strip)

    def _add(self, row: QWidget) -> None:
        self._rows.append(row)
        self._column.addWidget(row)

    def _toggle(self) -> None:
        self._all = not self._all
        self._fold()

    def _fold(self) -> None:
        for number, strip in enumerate(self.strips):
            strip.setVisible(self._all or number < FEW)
        for caption, number in self._orders:
            caption.setVisible(self._all or number < FEW)
        rest = len(self.strips) - FEW
        self.more.setVisible(rest > 0)
        self.more.setText(
            tr("Fewer lines") if self._all else tr("{counted} more", counted=counted(rest, "line"))
        )
        self.more.set_icon("chevron-up" if self._all else "chevron-down")


def _keys(stories: tuple[LineStory, ...]) -> list[tuple[str, int, str]]:
    return [(story.order_number, story.position, story.sku) for story in stories]
