"""What the screens need from the program, and what they offer it; the program implements these Protocols.

Everything runs in the window's thread. Intents return at once: what came of them arrives later as a
snapshot, a detail or a toast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from views.approvals.ledger_state import LedgerShown
    from views.case_detail.state import CaseDetail
    from views.case_queue.bulk_state import BulkEdit, BulkOutcome
    from views.export import ExportTable
    from views.first_run.state import FilePreview
    from views.kpis.state import KpiFigures
    from views.rules.state import RulesChecked, RulesShown, RulesTried
    from views.settings.state import SettingsShown
    from views.shell.state import Page, ThemeName, ToastKind
    from views.sources.state import SourceSettingsRow, SourcesShown, SourceTested
    from views.tower.state import TowerSnapshot
    from views.what_if.state import WhatIfContent

from views.what_if.ports import WhatIfIntents

Decision = Literal["approve", "reject", "request_changes", "revoke"]

#: What a page shows that no snapshot holds; in words, so that the start reads no page's values.
PageContent: TypeAlias = (
    "BulkOutcome | KpiFigures | LedgerShown | RulesShown | RulesChecked | RulesTried | SettingsShown"
    " | SourcesShown | SourceTested | WhatIfContent"
)


class TowerScreen(Protocol):
    """Where the program puts what it has to show; ``TowerWindow`` is one."""

    def apply_snapshot(self, snapshot: TowerSnapshot) -> None:
        """Show a new snapshot; only the parts named in ``snapshot.changed`` are repainted."""
        ...

    def apply_detail(self, detail: CaseDetail) -> None:
        """Show a case's detail, if that case is still the selected one."""
        ...

    def apply_page(self, content: PageContent) -> None:
        """Show what a page holds besides the snapshot."""
        ...

    def apply_clock(self, now: datetime) -> None:
        """Let the clock and the countdowns go on, about once a second."""
        ...

    def show_toast(self, text: str, kind: ToastKind) -> None:
        """Say a sentence in the corner for some seconds; errors stay until dismissed."""
        ...


class TowerFeed(Protocol):
    """Delivers snapshots and details to a screen."""

    def attach(self, screen: TowerScreen) -> None:
        """Start to deliver, the present snapshot first."""
        ...


class TowerIntents(WhatIfIntents, Protocol):
    """What a person asks for at the window."""

    def select_case(self, case_id: str) -> None:
        """Look at a case: its detail is wanted now and whenever it changes."""
        ...

    def look_at(self, page: Page) -> None:
        """Look at a page: what it holds besides the snapshot is wanted, now and while it is shown."""
        ...

    def request_options(self, case_id: str) -> None:
        """Work out the options of a case in the solver process."""
        ...

    def propose(self, case_id: str, option_id: str, reason: str) -> None:
        """Sign a proposal of an option and put it before the approvers."""
        ...

    def decide(self, action_id: str, decision: Decision, reason: str) -> None:
        """Sign a decision on a proposal."""
        ...

    def take_back(self, action_id: str, reason: str) -> None:
        """Sign a proposal that takes an executed action back."""
        ...

    def settle(self, action_id: str, command_key: str, reason: str, *, happened: bool) -> None:
        """Sign whether a command in doubt happened."""
        ...

    def assign(self, case_id: str, user_id: str) -> None:
        """Make a person the owner of a case."""
        ...

    def edit_cases(self, case_ids: tuple[str, ...], edit: BulkEdit) -> None:
        """Do the same with several cases, each by itself; a :class:`BulkOutcome` says what came of it."""
        ...

    def acknowledge(self, case_id: str) -> None:
        """Say that a case has been seen."""
        ...

    def snooze(self, case_id: str, minutes: int) -> None:
        """Let a case rest; it comes back after ``minutes`` or when its facts change. 0 wakes it."""
        ...

    def snooze_until_doubled(self, case_id: str) -> None:
        """Let a case rest until twice its money is at stake."""
        ...

    def start_case(self, case_id: str) -> None:
        """Begin to work on a case."""
        ...

    def deny_case(self, case_id: str, reason: str) -> None:
        """Say that a case's condition is not so, and why."""
        ...

    def split_case(self, case_id: str, reason: str) -> None:
        """Take a case out of its incident, and say why."""
        ...

    def add_note(self, case_id: str, text: str) -> None:
        """Write something down about a case."""
        ...

    def sync_now(self, source: str) -> None:
        """Read a source now; an empty name means every source."""
        ...

    def cancel_job(self, job_id: str) -> None:
        """Stop a running job."""
        ...

    def switch_identity(self, user_id: str) -> None:
        """Let another person sit at this desk."""
        ...

    def retry_quarantined(self, quarantine_id: str) -> None:
        """Try again to understand a quarantined record."""
        ...

    def ask_source(self, settings: SourceSettingsRow) -> None:
        """Find out whether a system answers under these settings; a :class:`SourceTested` says."""
        ...

    def save_source(self, settings: SourceSettingsRow) -> bool:
        """Keep a source's settings in the profile for the next start; says whether they could be."""
        ...

    def check_rules(self, name: str, text: str) -> None:
        """Find out whether an edited policy could come into force."""
        ...

    def try_rules(self, name: str, text: str) -> None:
        """Find out what an edited policy would do to the cases; nothing of it stays."""
        ...

    def propose_rules(self, name: str, text: str, reason: str) -> None:
        """Sign a proposal to put an edited policy into force, and put it before the approvers."""
        ...

    def save_rules_draft(self, name: str, text: str) -> None:
        """Keep an edited policy as a draft beside what is in force."""
        ...

    def export_table(self, path: str, table: ExportTable) -> None:
        """Write a table to a file beside the window; a toast says what came of it."""
        ...

    def preview_file(self, path: str, kind: str, columns: Mapping[str, str]) -> FilePreview:
        """What a table file would become; ``columns`` say which column fills which field."""
        ...

    def take_in_table(self, preview: FilePreview) -> str:
        """Take a table file in as it was shown, and keep its mapping; a problem in words, mostly empty."""
        ...

    def remember(self, name: str, text: str) -> None:
        """Keep a text of the window's own for the next start; an empty one is forgotten."""
        ...

    def set_theme(self, name: ThemeName) -> None:
        """Remember which theme the person chose; the window has already changed."""
        ...
