"""The incident of the selected case: its size, money and one action; members and reasons on demand."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from views.case_detail.state import CaseDetail, IncidentPanel
from views.formatting import counted, money, money_short, seconds_between, time_left
from views.language import tr
from views.shell.tone_label import ToneLabel
from views.shell.two_line_list import Line, TwoLineList
from views.theme import SEMI_BOLD
from views.widgets.buttons import TowerButton
from views.widgets.labels import ElidedLabel, label

_MOST_ROWS: Final = 4
_FEWEST_ROWS: Final = 2


def size_words(incident: IncidentPanel, currency: str) -> str:
    """How large it is: cases, orders, money."""
    parts = [tr("{value:,} cases", value=max(incident.members_in_all, len(incident.members)))]
    if incident.orders:
        parts.append(counted(incident.orders, "order"))
    if incident.lines:
        parts.append(counted(incident.lines, "line"))
    return "  ·  ".join([*parts, money_short(incident.loss_cents, currency)])


def action_words(incident: IncidentPanel, now: datetime) -> str:
    """The one thing to do, and until when it helps."""
    if incident.act_by is None:
        return incident.action
    left_s = seconds_between(incident.act_by, now)
    if left_s < 0:
        return tr(
            "{action}  ·  too late for some since {time_left}",
            action=incident.action,
            time_left=time_left(left_s),
        )
    return tr("{action}  ·  begin {time_left}", action=incident.action, time_left=time_left(left_s))


def member_lines(incident: IncidentPanel, currency: str) -> tuple[Line, ...]:
    """The members, the root first, each with why it is there."""
    return tuple(
        Line(
            key=member.case_id,
            title=tr("{title} (cause)", title=member.title) if member.is_root else member.title,
            text=member.why,
            right=money(member.loss_cents, currency),
            right_text=member.type_title,
            severity=member.severity,
        )
        for member in incident.members
    )


class IncidentStrip(QWidget):
    """Two lines about the incident, and below them on demand why the case is in it and who else is."""

    #: A member is to be looked at.
    case_wanted = Signal(str)
    #: The case is to be taken out of the incident, for a reason still to be given.
    split_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing until there is an incident of several cases."""
        super().__init__(parent)
        self.size_label = ToneLabel(weight=SEMI_BOLD)
        self.action = ElidedLabel("", "secondary")
        self.why_button = TowerButton(tr("Why grouped"), "link", icon_name="chevron-down", icon_px=14)
        self.why = label("", "secondary")
        self.also = label("", "caption")
        self.members = TwoLineList(tr("Members of the incident"), selectable=True, pad_px=2)
        self.split = TowerButton(tr("Take this case out …"), "link")
        self._incident: IncidentPanel | None = None
        self._lay_out()
        self.why_button.clicked.connect(lambda: self.unfold(unfolded=self.more.isHidden()))
        self.members.chosen.connect(self._choose)
        self.split.clicked.connect(self.split_wanted)

    def _lay_out(self) -> None:
        for words in (self.why, self.also):
            words.setWordWrap(True)
        upper = QHBoxLayout()
        upper.setSpacing(8)
        upper.addWidget(self.size_label, 1)
        upper.addWidget(self.why_button)
        self.more = QWidget()
        below = QVBoxLayout(self.more)
        below.setContentsMargins(0, 2, 0, 0)
        below.setSpacing(4)
        for part in (self.why, self.also, self.members):
            below.addWidget(part)
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(self.split)
        below.addLayout(last)
        self.more.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(upper)
        column.addWidget(self.action)
        column.addWidget(self.more)

    def show_detail(self, detail: CaseDetail, now: datetime) -> None:
        """Show a case's incident; one of a single case is that case and not shown."""
        incident = detail.incident
        self._incident = incident
        self.setVisible(incident is not None)
        if incident is None:
            return
        self.size_label.setText(size_words(incident, detail.currency))
        self.size_label.setToolTip(f"{incident.incident_id}: {incident.title}")
        self.why.setText(f"{incident.why} {incident.basis}")
        self.also.setText("\n".join(incident.also))
        self.also.setVisible(bool(incident.also))
        self.members.show_lines(member_lines(incident, detail.currency))
        self.members.choose(detail.case.case_id)
        self.members.fit(fewest=_FEWEST_ROWS, most=_MOST_ROWS)
        self.split.setVisible(detail.case.is_open)
        self.show_clock(now)

    def show_clock(self, now: datetime) -> None:
        """Let the countdown go on."""
        if self._incident is not None:
            self.action.setText(
                tr("Incident: {action_words}", action_words=action_words(self._incident, now))
            )

    def unfold(self, *, unfolded: bool) -> None:
        """Show why the case is grouped and with which others, or only the two lines."""
        self.more.setVisible(unfolded)
        self.why_button.setText(tr("Fold") if unfolded else tr("Why grouped"))
        self.why_button.set_icon("chevron-up" if unfolded else "chevron-down")

    def _choose(self, case_id: str) -> None:
        self.case_wanted.emit(case_id)
