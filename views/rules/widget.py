"""The rules page: files at the left, the chosen one at the right to read or as an edited copy."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QTextBrowser, QVBoxLayout, QWidget

from views.formatting import counted, full_moment, moment
from views.language import tr
from views.phrases import said
from views.rules.editor import CHECK_MS, RuleEditor
from views.rules.pages import policy_page, rights_page
from views.rules.state import RIGHTS, PolicyView, RulesShown
from views.rules.view_model import RulesViewModel
from views.shell.two_line_list import Line, TwoLineList
from views.theme import theme_of
from views.widgets.buttons import TowerButton
from views.widgets.labels import ElidedLabel, label
from views.widgets.reason_bar import ReasonBar

_SIDE_PX: Final = 330


class RulesPage(QWidget):
    """Policies and decision rights."""

    def __init__(self, view_model: RulesViewModel, *, check_ms: int = CHECK_MS) -> None:
        """Show a view model."""
        super().__init__()
        self._view_model = view_model
        self.files = TwoLineList(tr("Policies in force"), selectable=True, pad_px=14)
        self.title = label("", "title")
        self.facts = ElidedLabel("", "secondary")
        self.problem = label("", "error")
        self.reading = QTextBrowser()
        self.editor = RuleEditor(view_model, check_ms=check_ms)
        self.body = QStackedWidget()
        self.edit = TowerButton(tr("Edit a copy"), icon_name="adjustments")
        self.discard = TowerButton(tr("Discard"), "link")
        self.try_out = TowerButton(tr("Try on the cases"), icon_name="git-compare")
        self.save = TowerButton(tr("Save draft"), icon_name="download")
        self.send = TowerButton(tr("Send for signature"), "primary", icon_name="file-check")
        self.reason = ReasonBar()
        self.what_next = label("", "caption")
        self.setFocusProxy(self.files)
        self._lay_out()
        self._connect()
        self.title.setText(tr("Reading what is in force …"))
        self._show_editing()

    def _lay_out(self) -> None:
        self.reading.setFrameShape(QFrame.Shape.NoFrame)
        self.reading.setOpenLinks(False)
        self.reading.setAccessibleName(tr("The chosen policy"))
        self.problem.setWordWrap(True)
        self.what_next.setWordWrap(True)
        self.body.addWidget(self.reading)
        self.body.addWidget(self.editor)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 14, 12)
        row.setSpacing(12)
        row.addWidget(self._side())
        row.addWidget(self._main(), 1)

    def _side(self) -> QFrame:
        side = QFrame()
        side.setProperty("role", "panel")
        side.setFixedWidth(_SIDE_PX)
        head = QHBoxLayout()
        head.setContentsMargins(14, 0, 14, 0)
        head.addWidget(label(tr("Rules & rights"), "heading"))
        column = QVBoxLayout(side)
        column.setContentsMargins(1, 12, 1, 1)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.files, 1)
        return side

    def _main(self) -> QFrame:
        main = QFrame()
        main.setProperty("role", "panel")
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(self.title)
        names.addWidget(self.facts)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(names, 1)
        for button in (self.discard, self.try_out, self.save, self.send, self.edit):
            head.addWidget(button)
        column = QVBoxLayout(main)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.reason)
        column.addWidget(self.problem)
        column.addWidget(self.body, 1)
        column.addWidget(self.what_next)
        return main

    def _connect(self) -> None:
        model = self._view_model
        model.shown_changed.connect(self._show)
        model.editing_changed.connect(self._show_editing)
        model.answers_changed.connect(self._show_buttons)
        self.files.chosen.connect(model.choose)
        self.edit.clicked.connect(model.edit)
        self.discard.clicked.connect(model.discard)
        self.try_out.clicked.connect(model.try_out)
        self.save.clicked.connect(model.save_draft)
        self.send.clicked.connect(self.ask_to_send)

    def focus_first(self) -> None:
        """Put the keyboard on the list of files."""
        self.files.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask_to_send(self) -> None:
        """Ask for the reason that is signed with the proposal."""
        self.reason.ask(
            tr("Why should it hold? The reason is signed with it."),
            tr("Sign and send"),
            self._view_model.send,
        )

    # ------------------------------------------------------------------ show
    def _show(self) -> None:
        shown = self._view_model.shown
        if shown is None:
            return
        self.files.show_lines(file_lines(shown, frozenset(self._view_model.copies)))
        self.files.choose(self._view_model.chosen)
        policy = self._view_model.policy
        if policy is None:
            self.title.setText(tr("Decision rights"))
            whose = tr("the profile's own") if shown.rights.is_own else tr("packaged")
            self.facts.setText(
                tr(
                    "{policy_id}  ·  version {version}  ·  {whose}",
                    policy_id=shown.rights.policy_id,
                    version=shown.rights.version,
                    whose=whose,
                )
            )
            self.problem.hide()
        else:
            self.title.setText(_title(policy))
            self.facts.setText(fact_words(policy, shown))
            self.problem.setText(
                tr("A newer text was refused: {problem}", problem=policy.problem) if policy.problem else ""
            )
            self.problem.setVisible(bool(policy.problem))
        self._show_reading()
        self._show_buttons()

    def _show_reading(self) -> None:
        shown, policy = self._view_model.shown, self._view_model.policy
        if shown is None:
            return
        theme = theme_of(self)
        page = rights_page(shown.rights, theme) if policy is None else policy_page(policy, theme)
        self.reading.setHtml(page)

    def _show_editing(self) -> None:
        editing = self._view_model.copy is not None
        self.body.setCurrentWidget(self.editor if editing else self.reading)
        if editing:
            self.editor.show_copy()
        shown = self._view_model.shown
        if shown is not None:
            self.files.show_lines(file_lines(shown, frozenset(self._view_model.copies)))
        self._show_buttons()

    def _show_buttons(self) -> None:
        model = self._view_model
        editing = model.copy is not None
        self.edit.setVisible(not editing)
        self.edit.setEnabled(model.shown is not None)
        for button in (self.discard, self.try_out, self.save, self.send, self.what_next):
            button.setVisible(editing)
        self.save.setEnabled(editing and model.is_good)
        why_not = model.why_not_try
        self.try_out.setEnabled(editing and not why_not)
        self.try_out.setToolTip(why_not or tr("Detect everything with the copy, on a copy of the mirror"))
        not_sent = model.why_not_send
        self.send.setEnabled(editing and not not_sent)
        self.send.setToolTip(not_sent or tr("Sign it and put it before those whose right it is"))
        if self.reason.isVisible() and (not editing or not_sent):
            self.reason.stop()
        self.what_next.setText(next_words(model))

    def changeEvent(self, event: QEvent) -> None:
        """Write the page anew in another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_reading()


def next_words(model: RulesViewModel) -> str:
    """What brings a draft into force, where this profile reads policies from."""
    shown = model.shown
    if shown is None:
        return ""
    if model.chosen == RIGHTS:
        return tr(
            "A draft changes nothing. Decision rights hold after the file lies in the profile's folder and "
            "the program was started again; let whoever answers for them sign the draft first."
        )
    if not shown.folder:
        return tr(
            "A draft changes nothing. Name a folder for policies in the profile under [policies]; then a "
            "copy can be sent for signature here."
        )
    return tr(
        "A draft changes nothing. Sent for signature, a copy with a higher version comes into force, in "
        "{place}, when another person whose right it is has approved it; if it cannot be used by then, what "
        "holds stays.",
        place=shown.folder,
    )


def file_lines(shown: RulesShown, edited: frozenset[str]) -> tuple[Line, ...]:
    """The list of files: the decision rights first, then the policies."""
    rights = Line(
        key=RIGHTS,
        title=tr("Decision rights"),
        text=tr(
            "version {version}  ·  {counted}",
            version=shown.rights.version,
            counted=counted(len(shown.rights.rows), "row"),
        ),
        right=tr("own") if shown.rights.is_own else "",
        right_text=tr("edited") if RIGHTS in edited else "",
        tone="accent",
    )
    return (rights, *(_file_line(policy, shown, edited) for policy in shown.policies))


def _file_line(policy: PolicyView, shown: RulesShown, edited: frozenset[str]) -> Line:
    state = tr("edited") if policy.name in edited else ""
    since = (
        ""
        if policy.since is None
        else tr("since {moment}", moment=moment(policy.since, shown.now, shown.zone))
    )
    return Line(
        key=policy.name,
        title=_title(policy),
        text=tr("version {version}  ·  {owner}", version=policy.version, owner=said(policy.owner)),
        right=tr("own") if policy.is_own else "",
        right_text=tr("newer text refused") if policy.problem else state or since,
        tone="critical" if policy.problem else "accent" if state else None,
    )


def _title(policy: PolicyView) -> str:
    words = policy.policy_id.replace("_", " ").replace("-", " ")
    return said(words[:1].upper() + words[1:])


def fact_words(policy: PolicyView, shown: RulesShown) -> str:
    """Version, owner, from when, whose file, and the digest's beginning."""
    parts = [
        tr("version {version}", version=policy.version),
        tr("owner {owner}", owner=said(policy.owner)),
        tr("effective {full_moment}", full_moment=full_moment(policy.effective, shown.zone)),
        tr("the profile's own") if policy.is_own else tr("packaged"),
        policy.name,
    ]
    if policy.digest:
        parts.append(f"sha256 {policy.digest[:12]}")
    return "  ·  ".join(parts)
