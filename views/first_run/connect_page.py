"""Connecting a first system: which, where, and who sits here."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from views.first_run.state import SYSTEMS, ConnectForm, FirstRunIntents
from views.language import tr
from views.widgets.buttons import TowerButton
from views.widgets.form import form_of
from views.widgets.labels import label
from views.widgets.person_field import PersonField


class ConnectPage(QWidget):
    """The form; tells the profile once it is made."""

    done = Signal(str)
    back_wanted = Signal()

    def __init__(self, intents: FirstRunIntents, parent: QWidget | None = None) -> None:
        """Start with the first system."""
        super().__init__(parent)
        self._intents = intents
        self.system = QComboBox()
        self.address = QLineEdit()
        self.title = QLineEdit()
        self.database = QLineEdit()
        self.user = QLineEdit()
        self.person = PersonField(tr("Your name (planner)"))
        self.supervisor = PersonField(tr("Name of the supervisor"))
        self.problem = label("", "error")
        self.next_words = label("", "secondary")
        self.make = TowerButton(tr("Make the profile"), "primary", icon_name="plug-connected")
        self.back = TowerButton(tr("Back"), icon_name="chevron-left")
        self._lay_out()
        self.system.currentIndexChanged.connect(lambda _=0: self._show_system())
        self.make.clicked.connect(self._make)
        self.back.clicked.connect(self.back_wanted)
        self._show_system()

    def _lay_out(self) -> None:
        for name, title, _ in SYSTEMS:
            self.system.addItem(tr(title), name)
        self.form = form_of(
            (
                (tr("Name of the site"), self.title),
                (tr("System"), self.system),
                (tr("Where it is"), self.address),
                (tr("Database"), self.database),
                (tr("User"), self.user),
                (tr("Planner"), self.person),
                (tr("Supervisor"), self.supervisor),
            )
        )
        for words in (self.next_words, self.problem):
            words.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.back)
        buttons.addStretch(1)
        buttons.addWidget(self.make)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(self.form)
        column.addWidget(self.next_words)
        column.addWidget(self.problem)
        column.addStretch(1)
        column.addLayout(buttons)

    def _show_system(self) -> None:
        name, _, hint = SYSTEMS[self.system.currentIndex()]
        self.address.setPlaceholderText(tr(hint))
        for field in (self.database, self.user):
            self.form.setRowVisible(field, name == "tryton")
        asks = name in {"tryton", "service"}
        secret = tr("Its password or token is stored afterwards, never in the profile: ")
        command = f"control-tower secret {name}-secret"
        beside = tr(
            "What columns or partners mean is said by files beside the profile: see docs/profiles.md."
        )
        self.next_words.setText(f"{secret}{command}" if asks else beside)

    def _make(self) -> None:
        name = str(self.system.currentData())
        options = {"database": self.database.text().strip(), "user": self.user.text().strip()}
        profile, problem = self._intents.connect(
            ConnectForm(
                title=self.title.text(),
                person=self.person.text(),
                supervisor=self.supervisor.text(),
                system=name,
                address=self.address.text(),
                options=options if name == "tryton" else {},
            )
        )
        self.problem.setText(problem)
        if not problem:
            self.done.emit(profile)
