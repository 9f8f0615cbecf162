"""The rules page between program and screen: what is in force, the edited copies, checks and rehearsals."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from views.language import tr
from views.ports import TowerIntents
from views.rules.state import RIGHTS, PolicyView, RulesChecked, RulesShown, RulesTried


class RulesViewModel(QObject):
    """Holds the chosen file, the copies that a person edits, and what became of them."""

    #: What is in force, or which file is chosen, changed.
    shown_changed = Signal()
    #: The edited copy of the chosen file began or ended.
    editing_changed = Signal()
    #: A check or a rehearsal of the chosen file answered, or is wanted.
    answers_changed = Signal()
    #: Cases of the queue are to be shown: their ids and what they have in common.
    queue_wanted = Signal(object, str)

    def __init__(self, intents: TowerIntents) -> None:
        """Ask the program through ``intents``."""
        super().__init__()
        self._intents = intents
        self.shown: RulesShown | None = None
        self.chosen = ""
        self.copies: dict[str, str] = {}
        self.checked: RulesChecked | None = None
        self.tried: RulesTried | None = None
        self.trying = ""
        self._to_add = ""

    # ------------------------------------------------------------------ from the program
    def apply(self, content: RulesShown | RulesChecked | RulesTried) -> None:
        """Take what is in force, a check or a rehearsal; an answer to a text changed since is too late."""
        match content:
            case RulesShown():
                self._take_shown(content)
            case RulesChecked():
                self._take_checked(content)
            case RulesTried():
                self._take_tried(content)

    def _take_shown(self, shown: RulesShown) -> None:
        self.shown = shown
        known = {RIGHTS, *(policy.name for policy in shown.policies)}
        if self.chosen not in known:
            self.chosen = shown.policies[0].name if shown.policies else RIGHTS
        self.shown_changed.emit()
        if self._to_add:
            self.add_to_rights("")

    def _take_checked(self, checked: RulesChecked) -> None:
        if self.copies.get(checked.name) == checked.text:
            self.checked = checked
            self.answers_changed.emit()

    def _take_tried(self, tried: RulesTried) -> None:
        self.trying = ""
        if self.copies.get(tried.name) == tried.text:
            self.tried = tried
        self.answers_changed.emit()

    # ------------------------------------------------------------------ what is shown
    @property
    def policy(self) -> PolicyView | None:
        """The chosen policy; ``None`` while the decision rights are chosen."""
        return self.shown.policy(self.chosen) if self.shown is not None else None

    @property
    def text_in_force(self) -> str:
        """The text of the chosen file as it is in force."""
        if self.shown is None:
            return ""
        policy = self.policy
        return self.shown.rights.text if policy is None else policy.text

    @property
    def copy(self) -> str | None:
        """The edited copy of the chosen file; ``None`` while it is not edited."""
        return self.copies.get(self.chosen)

    @property
    def is_good(self) -> bool:
        """Whether the copy as it is now was checked and found without a problem."""
        checked = self.answer_to_check
        return checked is not None and not checked.problems

    @property
    def answer_to_check(self) -> RulesChecked | None:
        """The check of the copy as it is now."""
        found = self.checked
        return found if found is not None and (found.name, found.text) == (self.chosen, self.copy) else None

    @property
    def answer_to_try(self) -> RulesTried | None:
        """The rehearsal of the copy as it is now."""
        found = self.tried
        return found if found is not None and (found.name, found.text) == (self.chosen, self.copy) else None

    @property
    def why_not_try(self) -> str:
        """Why the copy cannot be tried on the cases now, in words; empty when it can."""
        if self.chosen == RIGHTS:
            return tr("Decision rights open and close no cases: there is nothing to rehearse.")
        if self.trying:
            return tr("A rehearsal is running.")
        if self.copy == self.text_in_force:
            return tr("The copy says what is in force.")
        return "" if self.is_good else tr("The copy must be without a problem first.")

    @property
    def why_not_send(self) -> str:
        """Why the copy cannot be sent for signature now, in words; empty when it can."""
        if self.chosen == RIGHTS:
            return tr("Decision rights are signed by the trust root: save a draft and have it signed there.")
        if self.shown is None or not self.shown.folder:
            return tr("The profile names no folder for policies of its own.")
        if self.copy == self.text_in_force:
            return tr("The copy says what is in force.")
        return "" if self.is_good else tr("The copy must be without a problem first.")

    # ------------------------------------------------------------------ what a person does
    def choose(self, name: str) -> None:
        """Look at another file."""
        if name and name != self.chosen:
            self.chosen = name
            self.shown_changed.emit()
            self.editing_changed.emit()

    def edit(self) -> None:
        """Begin a copy of the chosen file."""
        self.copies.setdefault(self.chosen, self.text_in_force)
        self.editing_changed.emit()
        self.check()

    def add_to_rights(self, text: str) -> None:
        """Begin a copy of the decision rights with ``text`` at its end, as soon as they are known."""
        self._to_add += text
        if self.shown is None:
            return
        self.choose(RIGHTS)
        base = self.copies.get(RIGHTS, self.shown.rights.text)
        self.copies[RIGHTS] = f"{base.rstrip()}\n\n{self._to_add}"
        self._to_add = ""
        self.editing_changed.emit()
        self.check()

    def set_text(self, text: str) -> None:
        """Change the copy; it must be checked anew."""
        if self.copy is not None and text != self.copy:
            self.copies[self.chosen] = text
            self.answers_changed.emit()

    def discard(self) -> None:
        """Throw the copy away."""
        self.copies.pop(self.chosen, None)
        self.editing_changed.emit()

    def check(self) -> None:
        """Ask whether the copy could come into force."""
        if self.copy is not None:
            self._intents.check_rules(self.chosen, self.copy)

    def try_out(self) -> None:
        """Ask what the copy would do to the cases, in a process of its own."""
        if self.copy is not None and not self.why_not_try:
            self.trying = self.chosen
            self._intents.try_rules(self.chosen, self.copy)
            self.answers_changed.emit()

    def save_draft(self) -> None:
        """Keep the copy as a file of the profile; it changes nothing that is in force."""
        if self.copy is not None and self.is_good:
            self._intents.save_rules_draft(self.chosen, self.copy)

    def send(self, reason: str) -> None:
        """Sign the copy as a proposal and put it before those whose right it is."""
        if self.copy is not None and not self.why_not_send:
            self._intents.propose_rules(self.chosen, self.copy, reason)

    def show_closing(self) -> None:
        """Show the cases that the copy would close in the queue."""
        tried = self.answer_to_try
        if tried is not None and tried.closing_ids:
            self.queue_wanted.emit(
                tried.closing_ids, tr("Would close under the edited {chosen}", chosen=self.chosen)
            )
