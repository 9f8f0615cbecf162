"""What a person asks for that goes to the sync worker as a message, or into the desk's own files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from app.profile import SourceSettings, load_profile
from app.workers.messages import (
    AddNote,
    Asked,
    AskSource,
    Decide,
    MoveCase,
    MoveCases,
    Moved,
    Propose,
    ProposePolicy,
    Request,
    RetryQuarantined,
    SayWhetherItHappened,
    SplitCase,
    SyncNow,
    TakeBack,
)
from app.zones import TIMES_KEPT, DeskTimes, times_for
from domain.cases import CaseState
from domain.errors import TowerError
from views.case_queue.bulk_state import BulkEdit, BulkOutcome
from views.first_run.state import FilePreview
from views.phrases import said, said_each
from views.sources.state import SourceSettingsRow, SourceTested

if TYPE_CHECKING:
    from app.bridge_parts import BridgeParts
    from app.desk_store import DeskStore
    from views.ports import Decision, TowerScreen
    from views.shell.state import Identity, ThemeName

STILL_STARTING = "Still starting: try again in a moment."


class DeskIntents:
    """The plain half of ``TowerIntents``; ``app.gui_bridge`` adds what needs Qt."""

    _who: Identity
    _store: DeskStore
    _parts: BridgeParts | None
    _screen: TowerScreen | None
    _bulk: dict[str, BulkEdit]
    _own_zone: tzinfo
    _read_all_again: Callable[[], None]

    def _say(self, text: str, kind: str) -> None:
        if self._screen is not None and kind in {"info", "ok", "warning", "error"}:
            self._screen.show_toast(said(text, self._times().zone), kind)  # type: ignore[arg-type]  # narrowed by the line above

    def _times(self) -> DeskTimes:
        """In which zone times are shown, as the person chose."""
        return times_for(self._store.kept().get(TIMES_KEPT, ""), self._own_zone)

    def _ask(self, request: Request) -> None:
        if self._parts is None:
            self._say(STILL_STARTING, "info")
        else:
            self._parts.processes.ask(request)

    # ------------------------------------------------------------------ cases
    def propose(self, case_id: str, option_id: str, reason: str) -> None:
        """Sign a proposal of an option and put it before the approvers."""
        user = self._who.user_id
        self._ask(Propose(case_id=case_id, option_id=option_id, user=user, reason=reason))

    def decide(self, action_id: str, decision: Decision, reason: str) -> None:
        """Sign a decision on a proposal."""
        user = self._who.user_id
        self._ask(Decide(action_id=action_id, decision=decision, user=user, reason=reason))

    def take_back(self, action_id: str, reason: str) -> None:
        """Sign a proposal that takes an executed action back."""
        self._ask(TakeBack(action_id=action_id, user=self._who.user_id, reason=reason))

    def settle(self, action_id: str, command_key: str, reason: str, *, happened: bool) -> None:
        """Sign whether a command in doubt happened."""
        user = self._who.user_id
        self._ask(
            SayWhetherItHappened(
                action_id=action_id, command_key=command_key, user=user, happened=happened, reason=reason
            )
        )

    def assign(self, case_id: str, user_id: str) -> None:
        """Make a person the owner of a case."""
        self._ask(MoveCase(case_id=case_id, user=self._who.user_id, owner=user_id))

    def edit_cases(self, case_ids: tuple[str, ...], edit: BulkEdit) -> None:
        """Do the same with several cases, each by itself."""
        user = self._who.user_id
        moves = tuple(
            MoveCase(
                case_id=case_id,
                user=user,
                owner=edit.user_id if edit.kind == "assign" else None,
                state=CaseState.ACKNOWLEDGED if edit.kind == "seen" else None,
                snooze_minutes=edit.minutes if edit.kind == "snooze" else 0,
            )
            for case_id in case_ids
        )
        if self._parts is None:
            why = tuple((case_id, STILL_STARTING) for case_id in case_ids)
            self._show_answer(BulkOutcome(edit=edit, done=(), failed=why))
            return
        wish_id = self._parts.ids.new_id()
        self._bulk[wish_id] = edit
        self._ask(MoveCases(wish_id=wish_id, moves=moves))

    def _take_moved(self, report: Moved) -> None:
        edit = self._bulk.pop(report.wish_id, None)
        if edit is not None:
            self._show_answer(BulkOutcome(edit=edit, done=report.done, failed=report.failed))

    def _show_answer(self, content: BulkOutcome | SourceTested) -> None:
        if self._screen is not None:
            self._screen.apply_page(content)

    def acknowledge(self, case_id: str) -> None:
        """Say that a case has been seen."""
        request = MoveCase(case_id=case_id, user=self._who.user_id, state=CaseState.ACKNOWLEDGED)
        self._ask(request)

    def snooze(self, case_id: str, minutes: int) -> None:
        """Let a case rest; 0 wakes it."""
        user = self._who.user_id
        self._ask(MoveCase(case_id=case_id, user=user, snooze_minutes=minutes, wake=minutes == 0))

    def snooze_until_doubled(self, case_id: str) -> None:
        """Let a case rest until twice its money is at stake."""
        self._ask(MoveCase(case_id=case_id, user=self._who.user_id, until_doubled=True))

    def start_case(self, case_id: str) -> None:
        """Begin to work on a case."""
        self._ask(MoveCase(case_id=case_id, user=self._who.user_id, state=CaseState.IN_PROGRESS))

    def deny_case(self, case_id: str, reason: str) -> None:
        """Say that a case's condition is not so."""
        state = CaseState.FALSE_POSITIVE
        self._ask(MoveCase(case_id=case_id, user=self._who.user_id, state=state, reason=reason))

    def split_case(self, case_id: str, reason: str) -> None:
        """Take a case out of its incident."""
        self._ask(SplitCase(case_id=case_id, user=self._who.user_id, reason=reason))

    def add_note(self, case_id: str, text: str) -> None:
        """Write something down about a case."""
        self._ask(AddNote(case_id=case_id, user=self._who.user_id, text=text))

    # ------------------------------------------------------------------ sources
    def sync_now(self, source: str) -> None:
        """Read a source now; an empty name means every source."""
        self._ask(SyncNow(source=source))

    def retry_quarantined(self, quarantine_id: str) -> None:
        """Try again to understand a quarantined record."""
        self._ask(RetryQuarantined(quarantine_id=quarantine_id))

    def ask_source(self, settings: SourceSettingsRow) -> None:
        """Find out whether a system answers under these settings."""
        if self._parts is None:
            why = said(STILL_STARTING)
            self._show_answer(SourceTested(source=settings.source, reachable=False, why=why))
            return
        self._ask(
            AskSource(
                settings=SourceSettings(
                    name=settings.source,
                    system=settings.system,
                    url=settings.address,
                    poll_seconds=settings.poll_seconds,
                    secret=settings.secret,
                    options=settings.options,
                )
            )
        )

    def _take_asked(self, report: Asked) -> None:
        why = said(report.why)
        self._show_answer(SourceTested(source=report.source, reachable=report.reachable, why=why))

    def save_source(self, settings: SourceSettingsRow) -> bool:
        """Keep a source's settings in the profile for the next start."""
        from app.profile_edit import save_source  # noqa: PLC0415 - needed when settings are changed

        try:
            save_source(self._store.folder, settings)
        except TowerError as error:
            self._say(str(error), "error")
            return False
        self._say("The settings are kept in profile.toml; they hold from the next start.", "ok")
        return True

    # ------------------------------------------------------------------ the desk
    def set_theme(self, name: ThemeName) -> None:
        """Remember which theme the person chose."""
        self._store.save_theme(name)

    def preview_file(self, path: str, kind: str, columns: Mapping[str, str]) -> FilePreview:
        """What a table file would become."""
        from app.first_run import FirstRun  # noqa: PLC0415 - needed when a file is imported

        found = FirstRun().preview(path, kind, columns)
        return replace(found, problem=said(found.problem), faults=said_each(found.faults))

    def take_in_table(self, preview: FilePreview) -> str:
        """Take a table file in through the profile's source of files; a problem in words."""
        from app.file_drop import take_in_shown  # noqa: PLC0415 - needed when a file is imported

        try:
            source = take_in_shown(load_profile(str(self._store.folder)), preview)
        except TowerError as error:
            return said(str(error))
        self._say(f"{Path(preview.path).name} is taken in by {source}.", "ok")
        self.sync_now(source)
        return ""

    def remember(self, name: str, text: str) -> None:
        """Keep a text of the window for the next start."""
        try:
            self._store.remember(name, text)
        except TowerError as error:
            self._say(str(error), "error")
        if name == TIMES_KEPT:
            self._read_all_again()

    def propose_rules(self, name: str, text: str, reason: str) -> None:
        """Sign a proposal to put an edited policy into force, and put it before the approvers."""
        self._ask(ProposePolicy(file_name=name, text=text, user=self._who.user_id, reason=reason))

    def save_rules_draft(self, name: str, text: str) -> None:
        """Keep an edited policy as a file of the profile."""
        try:
            file = self._store.save_draft(name, text)
        except TowerError as error:
            self._say(str(error), "error")
            return
        self._say(f"Draft saved: {file}. Nothing in force has changed.", "ok")
