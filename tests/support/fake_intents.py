"""A program that only writes down what the window asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from views.case_queue.bulk_state import BulkEdit
from views.first_run.state import FilePreview
from views.sources.state import SourceSettingsRow


@dataclass
class FakeIntents:
    """Writes down what the window asked for."""

    calls: list[tuple[object, ...]] = field(default_factory=list)

    def select_case(self, case_id: str) -> None:
        self.calls.append(("select_case", case_id))

    def look_at(self, page: str) -> None:
        self.calls.append(("look_at", page))

    def request_options(self, case_id: str) -> None:
        self.calls.append(("request_options", case_id))

    def propose(self, case_id: str, option_id: str, reason: str) -> None:
        self.calls.append(("propose", case_id, option_id, reason))

    def decide(self, action_id: str, decision: str, reason: str) -> None:
        self.calls.append(("decide", action_id, decision, reason))

    def take_back(self, action_id: str, reason: str) -> None:
        self.calls.append(("take_back", action_id, reason))

    def settle(self, action_id: str, command_key: str, reason: str, *, happened: bool) -> None:
        self.calls.append(("settle", action_id, command_key, reason, happened))

    def assign(self, case_id: str, user_id: str) -> None:
        self.calls.append(("assign", case_id, user_id))

    def acknowledge(self, case_id: str) -> None:
        self.calls.append(("acknowledge", case_id))

    def snooze(self, case_id: str, minutes: int) -> None:
        self.calls.append(("snooze", case_id, minutes))

    def snooze_until_doubled(self, case_id: str) -> None:
        self.calls.append(("snooze_until_doubled", case_id))

    def start_case(self, case_id: str) -> None:
        self.calls.append(("start_case", case_id))

    def deny_case(self, case_id: str, reason: str) -> None:
        self.calls.append(("deny_case", case_id, reason))

    def split_case(self, case_id: str, reason: str) -> None:
        self.calls.append(("split_case", case_id, reason))

    def add_note(self, case_id: str, text: str) -> None:
        self.calls.append(("add_note", case_id, text))

    def sync_now(self, source: str) -> None:
        self.calls.append(("sync_now", source))

    def cancel_job(self, job_id: str) -> None:
        self.calls.append(("cancel_job", job_id))

    def switch_identity(self, user_id: str) -> None:
        self.calls.append(("switch_identity", user_id))

    def retry_quarantined(self, quarantine_id: str) -> None:
        self.calls.append(("retry_quarantined", quarantine_id))

    def ask_source(self, settings: SourceSettingsRow) -> None:
        self.calls.append(("ask_source", settings))

    def save_source(self, settings: SourceSettingsRow) -> bool:
        self.calls.append(("save_source", settings))
        return True

    def check_rules(self, name: str, text: str) -> None:
        self.calls.append(("check_rules", name, text))

    def try_rules(self, name: str, text: str) -> None:
        self.calls.append(("try_rules", name, text))

    def propose_rules(self, name: str, text: str, reason: str) -> None:
        self.calls.append(("propose_rules", name, text, reason))

    def save_rules_draft(self, name: str, text: str) -> None:
        self.calls.append(("save_rules_draft", name, text))

    def export_table(self, path: str, table: object) -> None:
        self.calls.append(("export_table", path, table))

    def remember(self, name: str, text: str) -> None:
        self.calls.append(("remember", name, text))

    def set_theme(self, name: str) -> None:
        self.calls.append(("set_theme", name))

    def edit_cases(self, case_ids: tuple[str, ...], edit: BulkEdit) -> None:
        self.calls.append(("edit_cases", case_ids, edit))

    def solve_what_if(self, what_ifs: object) -> None:
        self.calls.append(("solve_what_if", what_ifs))

    def explain_what_if(self, world: int, line_id: str) -> None:
        self.calls.append(("explain_what_if", world, line_id))

    def promote_what_if(self, name: str, moves: object, reason: str) -> None:
        self.calls.append(("promote_what_if", name, moves, reason))

    def share_what_if(self, world: int, path: str) -> None:
        self.calls.append(("share_what_if", world, path))

    def open_what_if(self, path: str) -> None:
        self.calls.append(("open_what_if", path))

    def preview_file(self, path: str, kind: str, columns: Mapping[str, str]) -> FilePreview:
        self.calls.append(("preview_file", path, kind, dict(columns)))
        return FilePreview(path=path, kind=kind, columns=(), fields=())

    def take_in_table(self, preview: FilePreview) -> str:
        self.calls.append(("take_in_table", preview))
        return ""

    def named(self, name: str) -> list[tuple[object, ...]]:
        """The calls of one intent."""
        return [call for call in self.calls if call[0] == name]
