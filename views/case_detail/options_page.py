"""The options tab: matrix, proof, the request for approval, and the latest events."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from domain.recommendations import SolverTrail
from views.case_detail.option_matrix import OptionMatrix
from views.case_detail.state import CaseDetail
from views.case_detail.timeline import Timeline
from views.case_detail.view_model import DetailViewModel
from views.case_queue.state import SNOOZES, UNTIL_DOUBLED
from views.formatting import money_short, percent, tenths
from views.language import tr
from views.shell.tone_label import ToneLabel
from views.theme import REGULAR
from views.widgets.buttons import TowerButton
from views.widgets.labels import ElidedLabel, label
from views.widgets.reason_field import MOST_LETTERS, ReasonField
from views.widgets.scrolled import FittedScroll, scrolled

_LATEST = 5


def proof_words(trail: SolverTrail, currency: str) -> str:
    """How good the recommended option is proven to be: status, bound, gap and time."""
    return tr(
        "{value}  ·  bound {money_short}  ·  gap {percent}  ·  {time}",
        value=trail.status.capitalize(),
        money_short=money_short(trail.bound_cents, currency),
        percent=percent(trail.gap_bp),
        time=tenths(trail.solve_ms / 1000),
    )


class OptionsPage(QWidget):
    """What can be done about the case."""

    all_events_wanted = Signal()
    #: The action id of the proposal to open on the approvals page.
    approval_wanted = Signal(str)

    def __init__(self, view_model: DetailViewModel, parent: QWidget | None = None) -> None:
        """Show a view model."""
        super().__init__(parent)
        self._view_model = view_model
        self.matrix = OptionMatrix()
        self.proof = ElidedLabel("", "caption")
        self.state = label("", "secondary")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.cancel = TowerButton(tr("Cancel"), "link")
        self.primary = TowerButton(tr("Request approval"), "primary", icon_name="check")
        self.again = TowerButton(icon_name="refresh", name=tr("Work out the options again (W)"))
        self.again.setToolTip(tr("Work out the options again (W)"))
        self.snooze = TowerButton(tr("Snooze"), icon_name="clock")
        self.reason = ReasonField()
        self.sign = TowerButton(tr("Sign and send"), "primary", icon_name="file-check")
        self.keep = TowerButton(tr("Not now"))
        self.need = ToneLabel(px=12, weight=REGULAR)
        self.rule = label("", "caption")
        self.open_approval = TowerButton(tr("Open approval"), "link")
        self.events = Timeline()
        self._lay_out()
        self._connect()

    # ------------------------------------------------------------------ layout
    def _lay_out(self) -> None:
        self.reason.setPlaceholderText(tr("Why this option? The reason is signed with it."))
        self.reason.setAccessibleName(tr("Reason for the proposal"))
        self.reason.setMaxLength(MOST_LETTERS)
        self.sign.setEnabled(False)
        self.state.setWordWrap(True)
        self._working = _row(self.progress, self.cancel)
        self._acts = _row(self.primary, self.again, self.snooze, stretch_first=True)
        self._asking = _row(self.sign, self.keep, stretch_first=True)
        self._needs = _row(self.need, self.rule, self.open_approval, stretch_first=True)
        worked_out = QWidget()
        upper = QVBoxLayout(worked_out)
        upper.setContentsMargins(0, 8, 0, 0)
        upper.setSpacing(8)
        for part in (self.matrix, self.proof, self.state, self._working):
            upper.addWidget(part)
        self.upper = FittedScroll(worked_out, tr("Options"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        # What is asked for stays in sight however many options there are and however low the window is.
        for part in (self.upper, self.reason, self._asking, self._acts, self._needs):
            column.addWidget(part)
        latest = scrolled(self._latest(), tr("Latest events"))
        latest.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        column.addWidget(latest, 1)
        self._show_asking(asking=False)

    def _latest(self) -> QWidget:
        latest = QHBoxLayout()
        all_events = TowerButton(tr("All events"), "link")
        all_events.clicked.connect(self.all_events_wanted)
        latest.addWidget(label(tr("Timeline"), "strong"))
        latest.addStretch(1)
        latest.addWidget(all_events)
        lower = QWidget()
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(latest)
        column.addWidget(self.events)
        column.addStretch(1)
        return lower

    def _connect(self) -> None:
        self.matrix.chosen.connect(self._view_model.choose)
        self.cancel.clicked.connect(self._view_model.cancel_solve)
        self.again.clicked.connect(self._view_model.request_options)
        self.snooze.clicked.connect(self._pop_snooze)
        self.primary.clicked.connect(self._act)
        self.sign.clicked.connect(self._send)
        self.reason.returnPressed.connect(self._send)
        self.reason.left.connect(self.stop_asking)
        self.reason.textChanged.connect(lambda text: self.sign.setEnabled(bool(text.strip())))
        self.keep.clicked.connect(self.stop_asking)
        self.open_approval.clicked.connect(self._open_approval)

    # ------------------------------------------------------------------ show
    def show_detail(self, detail: CaseDetail) -> None:
        """Show a case's options."""
        solved = detail.recommendation
        self.matrix.setVisible(solved is not None)
        self.proof.setVisible(solved is not None)
        if solved is not None:
            self.proof.setText(proof_words(solved.trail, detail.currency))
            chosen = self._view_model.chosen
            self.matrix.set_options(solved.options, chosen.option_id if chosen else "", detail.currency)
        self._working.setVisible(detail.solving is not None)
        if detail.solving is not None:
            share = detail.solving.share
            self.progress.setRange(0, 0 if share is None else 100)
            self.progress.setValue(0 if share is None else round(share * 100))
            self.progress.setAccessibleName(detail.solving.title)
        self._show_state(detail)
        self.show_choice()
        self.events.show_events(detail.timeline[:_LATEST], self._view_model.now, detail.zone)

    def _show_state(self, detail: CaseDetail) -> None:
        words = ""
        if detail.solving is not None:
            words = detail.solving.title
        elif detail.recommendation is None:
            words = detail.no_options_reason or tr("No options worked out yet.")
        elif detail.recommendation_stale:
            words = tr("The facts changed since these options were worked out.")
        self.state.setText(words)
        self.state.setVisible(bool(words))

    def show_choice(self) -> None:
        """Show who must approve the chosen option, and whether it can be proposed."""
        detail, need = self._view_model.detail, self._view_model.need
        if detail is None:
            return
        self._show_chosen()
        why_not = self._view_model.why_not_propose
        solved, busy = detail.recommendation is not None, detail.solving is not None
        self.primary.setText(tr("Request approval") if solved else tr("Work out options"))
        self.primary.set_icon("check" if solved else "bolt")
        self.primary.setEnabled(not busy and (not solved or not why_not))
        self.primary.setToolTip(why_not if solved else "")
        self.again.setVisible(solved)
        self.again.setEnabled(not busy)
        if why_not and self.is_asking():
            self.stop_asking()
        proposal = detail.proposal
        self.open_approval.setVisible(proposal is not None)
        self.rule.setVisible(proposal is None and need is not None)
        if proposal is not None:
            self.need.setText(
                tr(
                    "{value}  ·  code {digest_code}",
                    value=proposal.words.capitalize(),
                    digest_code=proposal.digest_code,
                )
            )
        elif solved and why_not:
            self.need.setText(why_not)
        else:
            self.need.setText(tr("Needs: {who}", who=need.who) if need is not None else "")
        self.rule.setText(tr("Rule {rule_id}", rule_id=need.rule_id) if need is not None else "")
        self._needs.setVisible(bool(self.need.text()))

    def _show_chosen(self) -> None:
        """Bring the chosen option into sight where not all are."""
        where = self.matrix.chosen_rect().translated(self.matrix.pos())
        self.upper.ensureVisible(where.center().x(), where.center().y(), 0, where.height() // 2 + 2)

    # ------------------------------------------------------------------ asking for the reason
    def is_asking(self) -> bool:
        """Whether the reason is being asked for."""
        return not self.reason.isHidden()

    def ask(self) -> bool:
        """Ask for the reason to propose the chosen option; says whether it can be proposed."""
        if not self.primary.isEnabled() or self._view_model.why_not_propose:
            return False
        chosen = self._view_model.chosen
        if chosen is not None and not self.reason.text():
            self.reason.setText(" ".join(chosen.reasons)[:MOST_LETTERS])
        self._show_asking(asking=True)
        self.reason.selectAll()
        self.reason.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def stop_asking(self) -> None:
        """Go back to the buttons."""
        self._show_asking(asking=False)
        self.reason.clear()

    def _show_asking(self, *, asking: bool) -> None:
        for part, shown in ((self.reason, asking), (self._asking, asking), (self._acts, not asking)):
            part.setVisible(shown)

    def _act(self) -> None:
        detail = self._view_model.detail
        if detail is not None and detail.recommendation is None:
            self._view_model.request_options()
            return
        self.ask()

    def _send(self) -> None:
        if not self.reason.text().strip():
            return
        self._view_model.propose(self.reason.text())
        self.stop_asking()

    def _open_approval(self) -> None:
        detail = self._view_model.detail
        if detail is not None and detail.proposal is not None:
            self.approval_wanted.emit(detail.proposal.action_id)

    def _pop_snooze(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for minutes, words in SNOOZES:
            menu.addAction(words).triggered.connect(
                lambda _=False, chosen=minutes: self._view_model.snooze(chosen)
            )
        menu.addAction(UNTIL_DOUBLED).triggered.connect(self._view_model.snooze_until_doubled)
        menu.popup(self.snooze.mapToGlobal(QPoint(0, self.snooze.height())))


def _row(*parts: QWidget, stretch_first: bool = False) -> QWidget:
    """Widgets side by side; the first takes the room that is left."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for number, part in enumerate(parts):
        row.addWidget(part, 1 if number == 0 and stretch_first else 0)
    return holder
