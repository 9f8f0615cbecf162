"""The bar at the top: title, search, health, theme and who sits here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from domain.health import HealthColour, SourceHealth
from views.formatting import counted
from views.icons import paint_icon
from views.language import tr
from views.phrases import said
from views.shell.bell import BellButton
from views.shell.state import Identity, ThemeName
from views.theme import MEDIUM_WEIGHT, SEMI_BOLD, ToneName, theme_of, ui_font
from views.widgets.buttons import TowerButton
from views.widgets.focus_ring import paint_focus_ring
from views.widgets.labels import label
from views.widgets.pill import Pill

HEIGHT_PX: Final = 56
_SEARCH_PX: Final = (440, 34)
_AVATAR_PX: Final = (38, 32)
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def health_words(sources: Sequence[SourceHealth], *, offline: bool) -> tuple[str, ToneName]:
    """The state of all sources in a few words."""
    if offline:
        return tr("Offline"), "critical"
    if not sources:
        return tr("No sources yet"), "neutral"
    red = sum(s.colour is HealthColour.RED for s in sources)
    amber = sum(s.colour is HealthColour.AMBER for s in sources)
    if red:
        return tr("Live  ·  {counted} down", counted=counted(red, "source")), "critical"
    return (
        (tr("Live  ·  {counted} slow", counted=counted(amber, "source")), "medium")
        if amber
        else (tr("Live"), "ok")
    )


class SearchButton(QAbstractButton):
    """Looks like a search field; opens the palette."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show the field."""
        super().__init__(parent)
        self.setText(tr("Search orders, exceptions, commands …"))
        self.setAccessibleName(tr("Search orders, exceptions and commands (Ctrl K)"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(_SEARCH_PX[0])

    def sizeHint(self) -> QSize:
        """The size of the field."""
        return QSize(*_SEARCH_PX)

    def minimumSizeHint(self) -> QSize:
        """The narrowest field."""
        return QSize(160, _SEARCH_PX[1])

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw field, sign, words and key."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        painter.setPen(QPen(theme.border, 1))
        painter.setBrush(theme.hover if self.underMouse() else theme.raised)
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        paint_icon(painter, "search", QRectF(11, area.center().y() - 8, 16, 16), theme.muted)
        key = QRectF(area.right() - 62, 7, 52, area.height() - 14)
        painter.setBrush(theme.panel)
        painter.drawRoundedRect(key, 4, 4)
        painter.setFont(ui_font(11, MEDIUM_WEIGHT))
        painter.setPen(theme.muted)
        painter.drawText(key, int(Qt.AlignmentFlag.AlignCenter), "Ctrl K")
        font = ui_font(13)
        room = int(key.left() - 36 - 8)
        words = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.setFont(font)
        painter.setPen(theme.faint)
        painter.drawText(QRectF(36, 0, room, area.height()), _LEFT, words)
        if self.hasFocus():
            paint_focus_ring(painter, area, theme, 6)


class Avatar(QAbstractButton):
    """The initials of who sits here; opens the list of people."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nobody yet."""
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(*_AVATAR_PX)
        self._person: Identity | None = None

    def show_person(self, person: Identity) -> None:
        """Show a person."""
        if person == self._person:
            return
        self._person = person
        self.setText(person.initials)
        self.setAccessibleName(tr("{name}, {role}; switch person", name=person.name, role=said(person.role)))
        self.setToolTip(f"{person.name}, {said(person.role)}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the initials on a soft ground."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.accent_soft)
        area = QRectF(self.rect())
        painter.drawRoundedRect(area, 16, 16)
        painter.setFont(ui_font(12, SEMI_BOLD))
        painter.setPen(theme.accent)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), self.text())
        if self.hasFocus():
            paint_focus_ring(painter, area, theme, 16)


class HealthButton(QAbstractButton):
    """The health pill; opens the sources page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show no sources yet."""
        super().__init__(parent)
        self._pill = Pill(tr("No sources yet"), "neutral", dot=True, parent=self)
        self._pill.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_health(self, words: str, tone: ToneName) -> None:
        """Show a state in words and in a tone."""
        self._pill.set_pill(words, tone)
        if words == self.toolTip():
            return
        self._pill.resize(self._pill.sizeHint())
        self.setAccessibleName(tr("Sources: {words}; open the sources page", words=words))
        self.setToolTip(words)
        self.updateGeometry()

    def text(self) -> str:
        """The words shown."""
        return self._pill.text()

    def sizeHint(self) -> QSize:
        """The size of the pill."""
        return self._pill.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the focus ring; the pill draws itself."""
        if self.hasFocus():
            paint_focus_ring(QPainter(self), QRectF(self.rect()), theme_of(self), 11)


class TopBar(QFrame):
    """The bar; tells what was pressed."""

    palette_wanted = Signal()
    sources_wanted = Signal()
    messages_wanted = Signal()
    theme_wanted = Signal()
    person_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show the program's name."""
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setFixedHeight(HEIGHT_PX)
        self.title = label("Fulfilment Tower", "heading")
        self.site = label("", "caption")
        self.search = SearchButton()
        self.health = HealthButton()
        self.bell = BellButton()
        self.theme_button = TowerButton(kind="icon", icon_name="sun", name=tr("Light theme"), icon_px=18)
        self.avatar = Avatar()
        self._people: tuple[Identity, ...] = ()
        self._who = Identity(user_id="", name="", role="")
        titles = QVBoxLayout()
        titles.setSpacing(0)
        titles.addStretch(1)
        titles.addWidget(self.title)
        titles.addWidget(self.site)
        titles.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 0, 24, 0)
        row.setSpacing(12)
        row.addLayout(titles, 3)
        row.addWidget(self.search, 4)
        row.addStretch(2)
        right: tuple[QWidget, ...] = (self.health, self.bell, self.theme_button, self.avatar)
        for part in right:
            row.addWidget(part)
        self.search.clicked.connect(self.palette_wanted)
        self.health.clicked.connect(self.sources_wanted)
        self.bell.clicked.connect(self.messages_wanted)
        self.theme_button.clicked.connect(self.theme_wanted)
        self.avatar.clicked.connect(self.pop_people)

    def show_site(self, site: str) -> None:
        """Show where this desk is."""
        self.site.setText(site)
        self.site.setVisible(bool(site))

    def show_people(self, who: Identity, people: Sequence[Identity]) -> None:
        """Show who sits here, and remember who may."""
        self._who, self._people = who, tuple(people)
        self.avatar.show_person(who)

    def show_theme(self, name: ThemeName) -> None:
        """Show the sign of the theme that a press would bring."""
        other = "light" if name == "dark" else "dark"
        self.theme_button.set_icon("sun" if name == "dark" else "moon")
        self.theme_button.setAccessibleName(tr("{value} theme", value=other.capitalize()))
        self.theme_button.setToolTip(tr("{value} theme", value=other.capitalize()))

    def people_menu(self) -> QMenu:
        """Who may sit here, the present one checked."""
        menu = QMenu(tr("Switch person"), self)
        group = QActionGroup(menu)
        for person in self._people:
            action = menu.addAction(f"{person.name}  ·  {said(person.role)}")
            action.setCheckable(True)
            action.setChecked(person.user_id == self._who.user_id)
            group.addAction(action)
            action.triggered.connect(lambda _=False, chosen=person.user_id: self.person_wanted.emit(chosen))
        return menu

    def pop_people(self) -> None:
        """Ask who sits here."""
        menu = self.people_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        where = self.avatar.mapToGlobal(QPoint(self.avatar.width(), self.avatar.height() + 4))
        menu.popup(where - QPoint(menu.sizeHint().width(), 0))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line towards the page."""
        super().paintEvent(event)
        QPainter(self).fillRect(0, self.height() - 1, self.width(), 1, theme_of(self).border)
