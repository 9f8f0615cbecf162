"""The first run's profiles: the demo, one connected system, or a file taken in as it was shown."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from app.first_run_fields import FIELDS, guess
from app.profile import DEMO, PROFILE_FILE, load_profile, profiles_root
from connectors.files.client import read_table
from connectors.files.mapping import PoisonRow
from connectors.files.profiles import parse_mapping
from connectors.files.report import preview
from domain.errors import BadInputError, TowerError
from views.first_run.state import ConnectForm, FieldShown, FilePreview

_SHOWN_ROWS: Final = 6
_SAMPLE_BYTES: Final = 65_536
_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9]+")
_FORMATS: Final = {".csv": "csv", ".txt": "csv", ".xlsx": "xlsx"}
_NODE: Final = "main"


def needs_first_run() -> bool:
    """Whether nobody has set up a profile here yet."""
    return not any((profiles_root() / "profiles").glob(f"*/{PROFILE_FILE}"))


class FirstRun:
    """Implements ``FirstRunIntents``."""

    def demo(self) -> str:
        """Make the demo's profile."""
        return load_profile(DEMO).name

    def connect(self, form: ConnectForm) -> tuple[str, str]:
        """Make a profile with one source; a problem leaves nothing behind."""
        if not form.address.strip():
            return "", "Say where the system is."
        source = {"name": form.system, "system": form.system, "url": form.address.strip(), **form.options}
        if form.system in {"tryton", "service"}:
            source["secret"] = f"{form.system}-secret"
        folders = {"edi": "partners", "files": "mappings"}
        if form.system in folders:
            source[folders[form.system]] = folders[form.system]
        return self._write(form.title, (form.person, form.supervisor), source)

    def preview(self, path: str, kind: str, columns: Mapping[str, str]) -> FilePreview:
        """What a file would become."""
        try:
            body = Path(path).read_bytes()
            headings = _headings(Path(path), body)
        except (OSError, TowerError) as error:
            return FilePreview(path=path, kind=kind, columns=(), fields=(), problem=str(error))
        chosen = {each.name: columns.get(each.name, guess(each, headings)) for each in FIELDS[kind]}
        fields = tuple(
            FieldShown(
                name=each.name, title=each.title, column=chosen[each.name], is_required=each.is_required
            )
            for each in FIELDS[kind]
        )
        shown = FilePreview(path=path, kind=kind, columns=headings, fields=fields)
        missing = [each.title for each in fields if each.is_required and not each.column]
        if missing:
            return replace(shown, problem=f"No column is chosen for {', '.join(missing)}.")
        try:
            found = preview(body, parse_mapping(mapping_text(shown), "first-run"), limit=_SHOWN_ROWS)
        except TowerError as error:
            return replace(shown, problem=str(error))
        rows = tuple(
            (f"Row {row.number}", row.message)
            if isinstance(row, PoisonRow)
            else tuple(str(getattr(row.entity, each.name, "")) for each in fields if each.column)
            for row in found.rows
        )
        faults = tuple(f"{fault.count} x {fault.example}" for fault in found.report.faults)
        problem = "" if found.report.good else "No row of it can be understood as this."
        return replace(
            shown,
            rows=rows,
            good=found.report.good,
            wrong=found.report.poison,
            faults=faults,
            problem=problem,
        )

    def take_in(self, preview: FilePreview, person: str) -> tuple[str, str]:
        """Make a profile with a watched folder that holds the file, and the mapping as it was shown."""
        file = Path(preview.path)
        source = {"name": "sheets", "system": "files", "url": "sheets", "mappings": "mappings"}
        name, problem = self._write(file.stem, (person, ""), source)
        if problem:
            return "", problem
        folder = load_profile(name).folder
        (folder / "mappings").mkdir(exist_ok=True)
        (folder / "mappings" / f"{preview.kind}.toml").write_text(mapping_text(preview), encoding="utf-8")
        waiting = folder / "sheets" / "in"
        waiting.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, waiting / file.name)
        return name, ""

    def _write(self, title: str, people: tuple[str, str], source: Mapping[str, str]) -> tuple[str, str]:
        planner, supervisor = (person.strip() for person in people)
        if not planner:
            return "", "Say who you are: cases and signatures carry the name."
        name = _fresh_name(title)
        folder = profiles_root() / "profiles" / name
        identities = [(planner, "planner")] + ([(supervisor, "supervisor")] if supervisor else [])
        lines = [f"name = {_quoted(name)}", f"title = {_quoted(title.strip() or name)}"]
        lines += ['kind = "connected"', ""]
        lines += ["[[source]]", *(f"{key} = {_quoted(value)}" for key, value in source.items()), ""]
        for person, role in identities:
            user = _NOT_IN_NAMES.sub(".", person.lower()).strip(".") or role
            lines += ["[[identity]]", f"user = {_quoted(user)}", f"name = {_quoted(person)}"]
            lines += [f'role = "{role}"', ""]
        try:
            folder.mkdir(parents=True)
            (folder / PROFILE_FILE).write_text("\n".join(lines), encoding="utf-8")
            load_profile(str(folder))
        except (OSError, BadInputError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            return "", str(error)
        return str(folder), ""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _fresh_name(title: str) -> str:
    base = _NOT_IN_NAMES.sub("-", title.lower()).strip("-") or "site"
    root = profiles_root() / "profiles"
    names = [base, *(f"{base}-{number}" for number in range(2, 100))]
    return next((name for name in names if not (root / name).exists()), base)


def _form_of(file: Path) -> str:
    form = _FORMATS.get(file.suffix.lower())
    if form is None:
        raise BadInputError(
            what=f"{file.name} is no CSV or XLSX file.", remedy="Save the table as CSV or XLSX and try again."
        )
    return form


def _delimiter(body: bytes) -> str:
    line = body[:_SAMPLE_BYTES].split(b"\n", 1)[0]
    return max((",", ";", "\t", "|"), key=lambda sign: line.count(sign.encode()))


def _headings(file: Path, body: bytes) -> tuple[str, ...]:
    plain = 'name = "head"\nkind = "inventory_position"\nfiles = "*"\nid = "x"\ncolumn = []\n'
    head = plain + _table_lines(file, body)
    return read_table(body, parse_mapping(head, "head")).columns


def _table_lines(file: Path, body: bytes) -> str:
    if _form_of(file) == "xlsx":
        return 'format = "xlsx"\n'
    encoding = "utf-8"
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        encoding = "cp1252"
    return f"delimiter = {_quoted(_delimiter(body))}\nencoding = {_quoted(encoding)}\n"


def mapping_text(shown: FilePreview, *, name: str = "", files: str = "") -> str:
    """The mapping profile of what is shown, as the file connector reads it.

    ``name`` and ``files`` (a pattern) are for files beside others; else it is for all of their kind.
    """
    file = Path(shown.path)
    known = {each.name: each for each in FIELDS[shown.kind]}
    used = [each for each in shown.fields if each.column]
    taken = {each.name for each in used}
    constants = {name: value for name, value in _constants(shown.kind).items() if name not in taken}
    lines = [
        f"name = {_quoted(name or shown.kind)}",
        f"kind = {_quoted(shown.kind)}",
        f"files = {_quoted(files or '*' + file.suffix.lower())}",
        f"id = {_quoted(_ids(shown.kind, used))}",
        "snapshot = true",
        _table_lines(file, file.read_bytes()),
    ]
    if constants:
        lines += ["[constants]", *(f"{name} = {json.dumps(value)}" for name, value in constants.items()), ""]
    for each in used:
        lines += ["[[column]]", f"from = {_quoted(each.column)}", f"to = {_quoted(each.name)}"]
        lines += [f'type = "{known[each.name].type}"', f"required = {str(each.is_required).lower()}", ""]
    return "\n".join(lines)


def _ids(kind: str, used: list[FieldShown]) -> str:
    names = {each.name for each in used}
    if kind == "inventory_position":
        return "{node_id}|{item_id}"
    if kind == "order_line":
        return "{order_id}-{position}" if "position" in names else "{order_id}-{item_id}"
    return "{number}-{item_id}"


def _constants(kind: str) -> dict[str, object]:
    """What stands in for fields that the file has no column for."""
    if kind == "inventory_position":
        return {"node_id": _NODE}
    if kind == "order_line":
        return {"position": 1, "shipped_quantity": 0, "unit_price_cents": 0}
    return {"kind": "purchase", "node_id": _NODE, "received_quantity": 0}
