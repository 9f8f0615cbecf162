"""A first mapping profile for a file nobody has described: columns to fields by their names and contents.

What is suggested is for a person to look at; nothing is taken in by it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from types import MappingProxyType
from typing import get_args, get_type_hints

from connectors.files.csv_table import read_csv
from connectors.files.profiles import own_manifest
from connectors.files.tables import CellKind, Table, unreadable
from connectors.files.vocabulary import DATE_FORMS, ID_OF_KIND, SAYS
from connectors.files.xlsx_table import read_xlsx
from domain.ids import EntityKind
from domain.records import TYPE_OF_KIND

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_ROWS = 500
_MOST_CHOICES = 12
_WORD = re.compile(r"[a-z0-9]+")
_POINT_GROUPS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+")
_COMMA_DECIMAL = re.compile(r"[+-]?[\d.]*,\d{1,2}")
_EXACT, _CONTAINED = 10, 6
#: Days that count from their beginning; of all others the end counts.
_FROM_THE_DAY_ON = frozenset({"ordered_at", "booked_at", "opened_at"})
#: In place of a meaning nobody can guess: no field takes it, so the preview names its rows.
_UNKNOWN = "say what this means"


#: What a record needs and files rarely say.
_CONSTANT: Mapping[EntityKind, Mapping[str, str]] = MappingProxyType(
    {
        EntityKind.SALES_ORDER: {"credit_status": '"clear"', "ship_to": "{}"},
        EntityKind.ORDER_LINE: {"shipped_quantity": "0"},
        EntityKind.INBOUND_SUPPLY: {"kind": '"purchase"', "received_quantity": "0"},
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """One column: the field it seems to fill, how its texts are read, and why we think so."""

    column: str
    field: str
    type: str
    format: str = ""
    choices: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A profile in the making; ``missing`` are fields that a record must have and no column seems to fill."""

    kind: EntityKind
    columns: tuple[Suggested, ...]
    unused: tuple[str, ...]
    missing: tuple[str, ...]
    settings: Mapping[str, str]


def suggest(body: bytes, name: str, kind: EntityKind | None = None) -> Suggestion:
    """What a file seems to hold.

    Raises:
        BadInputError: it is neither CSV nor XLSX, or no kind of record fits its columns.
    """
    table, settings = _table_of(body, name)
    carried = [each for stream in own_manifest().streams for each in stream.kinds]
    candidates = [kind] if kind is not None else carried
    scored = [(_score(table, each), each) for each in candidates]
    best, chosen = max(scored, key=lambda pair: pair[0])
    if best <= 0:
        raise unreadable(f"No kind of record fits the columns {', '.join(table.columns)}.")
    found = _columns(table, chosen)
    numbers = [text for column in found if column.type in {"cents", "whole"} for text in column.values]
    comma = any(_COMMA_DECIMAL.fullmatch(text) for text in numbers) or any(
        _POINT_GROUPS.fullmatch(text) for column in found if column.type == "whole" for text in column.values
    )
    taken = {column.field for column in found}
    hints = TYPE_OF_KIND[chosen].__dataclass_fields__
    must = [f.name for f in fields(TYPE_OF_KIND[chosen]) if f.default is MISSING and f.name in hints]
    given = (
        {field.partition(".")[0] for field in taken} | {next(iter(hints))} | set(_CONSTANT.get(chosen, {}))
    )
    return Suggestion(
        kind=chosen,
        columns=tuple(found),
        unused=tuple(c for c in table.columns if c and c not in {each.column for each in found}),
        missing=tuple(each for each in must if each not in given),
        settings={**settings, "decimal_sign": "," if comma else "."},
    )


def profile_text(found: Suggestion, file_name: str) -> str:
    """The suggestion as the text of a mapping profile, with what is open as comments."""
    stem, _, ending = file_name.rpartition(".")
    stem = re.sub(r"[\d_\-. ]+$", "", stem) or stem
    lines = [f'name = "{_slug(stem)}"', f'kind = "{found.kind}"', f'files = "{stem}*.{ending}"']
    lines += [f"{name} = {_quoted(value)}" for name, value in found.settings.items()]
    lines += [f'id = "{_identity(found)}"']
    lines += [f"# Not used: {name}" for name in found.unused]
    filled = {column.field.partition(".")[0] for column in found.columns}
    constants = {n: v for n, v in _CONSTANT.get(found.kind, {}).items() if n not in filled}
    if constants or found.missing:
        lines += ["", "[constants]", *(f"{name} = {value}" for name, value in constants.items())]
    lines += [f'# {name} = "…"  # no column seems to fill it: name one below, or write it here'
              for name in found.missing]  # fmt: skip
    needed = {f.name for f in fields(TYPE_OF_KIND[found.kind]) if f.default is MISSING} | set(_names(found))
    for column in found.columns:
        lines += ["", "[[column]]", f"from = {_quoted(column.column)}", f'to = "{column.field}"']
        if column.type != "text":
            lines.append(f'type = "{column.type}"')
        if column.format:
            lines.append(f"format = {_quoted(column.format)}")
        if column.choices:
            pairs = zip(column.values, column.choices, strict=True)
            words = ", ".join(f"{_quoted(value)} = {_quoted(choice)}" for value, choice in pairs)
            lines.append(f"choices = {{ {words} }}")
        if column.field not in needed:
            lines.append("required = false")
    return "\n".join(lines) + "\n"


def _identity(found: Suggestion) -> str:
    return "|".join(f"{{{name}}}" for name in _names(found))


def _names(found: Suggestion) -> tuple[str, ...]:
    """The fields that the id is made of: the id itself where a column gives it."""
    own = next(iter(TYPE_OF_KIND[found.kind].__dataclass_fields__))
    filled = {column.field for column in found.columns}
    return (own,) if own in filled else ID_OF_KIND.get(found.kind, (own,))


def _table_of(body: bytes, name: str) -> tuple[Table, dict[str, str]]:
    if name.lower().endswith(".xlsx") or body.startswith(b"PK"):
        return read_xlsx(body, sheet="", header_row=1), {"format": "xlsx"}
    encoding = next(each for each in ("utf-8", "cp1252", "latin-1") if _decodes(body, each))
    head = body.decode("utf-8-sig" if encoding == "utf-8" else encoding).splitlines()[:20]
    widths = {sign: [len(row) for row in csv.reader(io.StringIO("\n".join(head)), delimiter=sign)]
              for sign in _DELIMITERS}  # fmt: skip
    delimiter = max(_DELIMITERS, key=lambda sign: (min(widths[sign], default=0), widths[sign][:1]))
    table = read_csv(body, encoding=encoding, delimiter=delimiter)
    return table, {"format": "csv", "encoding": encoding, "delimiter": delimiter}


def _decodes(body: bytes, encoding: str) -> bool:
    try:
        body.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _score(table: Table, kind: EntityKind) -> int:
    """How well a kind fits: what its columns explain, less what it needs and does not find."""
    matched = _matches(table, kind)
    wanted = [f.name for f in fields(TYPE_OF_KIND[kind]) if f.default is MISSING][1:]
    found = {field.partition(".")[0] for field, _ in matched.values()}
    open_fields = [name for name in wanted if name not in found and name not in _CONSTANT.get(kind, {})]
    return sum(points for _, points in matched.values()) - _CONTAINED * len(open_fields)


def _matches(table: Table, kind: EntityKind) -> dict[str, tuple[str, int]]:
    """The field of each column that seems to have one, with how sure that is; each field once."""
    pairs = sorted(
        (
            (-_likeness(column, field), place, column, field)
            for place, column in enumerate(table.columns)
            for field in _fields_of(kind)
            if _likeness(column, field)
        ),
    )
    found: dict[str, tuple[str, int]] = {}
    for points, _, column, field in pairs:
        if column not in found and field not in {each for each, _ in found.values()}:
            found[column] = field, -points
    return found


def _fields_of(kind: EntityKind) -> list[str]:
    own = [each.name for each in fields(TYPE_OF_KIND[kind])]
    inner = [f"ship_to.{name}" for name in ("name", "street", "postcode", "city", "country", "contact")]
    return [*own, *inner] if "ship_to" in own else own


def _likeness(column: str, field: str) -> int:
    said = tuple(_WORD.findall(column.lower()))
    names = {tuple(field.rpartition(".")[2].split("_")), *SAYS.get(field, ())}
    if said in names:
        return _EXACT
    return max((len(each) for each in names if each and _inside(each, said)), default=0) and _CONTAINED


def _inside(words: Sequence[str], said: Sequence[str]) -> bool:
    return any(tuple(said[n : n + len(words)]) == tuple(words) for n in range(len(said)))


def _columns(table: Table, kind: EntityKind) -> list[Suggested]:
    hints = get_type_hints(TYPE_OF_KIND[kind])
    found = []
    for column, (field, _) in _matches(table, kind).items():
        place = table.columns.index(column)
        cells = [row.cells[place] for row in table.rows[:_SAMPLE_ROWS] if place < len(row.cells)]
        values = tuple(dict.fromkeys(cell.text.strip() for cell in cells if cell.text.strip()))
        numbers = any(cell.kind is CellKind.NUMBER for cell in cells)
        found.append(_suggested(column, field, hints.get(field, str), values, numbers=numbers))
    return sorted(found, key=lambda each: table.columns.index(each.column))


def _suggested(column: str, field: str, hint: object, values: tuple[str, ...], *, numbers: bool) -> Suggested:
    kinds = {hint, *get_args(hint)}
    if field.endswith("_cents"):
        return Suggested(column=column, field=field, type="cents", values=values)
    if datetime in kinds:
        form = next((f for f in DATE_FORMS if values and all(_reads(v, f) for v in values)), "")
        has_time = "%H" in form
        wanted = "datetime" if has_time else ("date" if field in _FROM_THE_DAY_ON else "end_of_date")
        plain = "" if numbers or form in {"%Y-%m-%d", "%Y-%m-%d %H:%M"} else form
        return Suggested(column=column, field=field, type=wanted, format=plain)
    if bool in kinds:
        return Suggested(column=column, field=field, type="flag")
    if int in kinds:
        return Suggested(column=column, field=field, type="whole", values=values)
    members = next((each for each in kinds if isinstance(each, type) and hasattr(each, "__members__")), None)
    if members is not None and 0 < len(values) <= _MOST_CHOICES:
        known = [str(member.value) for member in members.__members__.values()]
        return Suggested(
            column=column, field=field, type="choice", values=values,
            choices=tuple(_choice(value, known) for value in values),
        )  # fmt: skip
    return Suggested(column=column, field=field, type="text")


def _choice(value: str, known: Sequence[str]) -> str:
    """The member that a code seems to mean: by its name, or by its first letter, if only one has that."""
    plain = value.lower().replace(" ", "_")
    starting = [each for each in known if each.startswith(plain)]
    return plain if plain in known else (starting[0] if len(starting) == 1 else _UNKNOWN)


def _reads(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - only its shape is asked
    except ValueError:
        return False
    return True


def _slug(text: str) -> str:
    return "-".join(_WORD.findall(text.lower())) or "table"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'"{escaped}"'
