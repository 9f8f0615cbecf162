"""What the first run asks and shows; free of Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from views.language import noted

#: Systems that can be connected: the name in the profile, its title, and what its address is.
SYSTEMS: Final[tuple[tuple[str, str, str], ...]] = (
    ("tryton", noted("Tryton server"), noted("Address, for example http://127.0.0.1:8000")),
    ("service", noted("Connector service"), noted("Address, for example http://127.0.0.1:8470/erp")),
    ("edi", noted("EDI drop folder (X12, EDIFACT)"), noted("Folder, for example /srv/edi")),
    ("files", noted("Folder of CSV and XLSX files"), noted("Folder, for example /srv/sheets")),
)
#: What a file's rows can be, by the kind of record.
SHEETS: Final[tuple[tuple[str, str], ...]] = (
    ("inventory_position", noted("Stock")),
    ("order_line", noted("Order lines")),
    ("inbound_supply", noted("Inbound supply")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectForm:
    """What a person said about a system to connect, and about themselves."""

    title: str
    person: str
    supervisor: str
    system: str
    address: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShown:
    """One field of a record: the column that fills it (empty for none), and whether it must be filled."""

    name: str
    title: str
    column: str
    is_required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePreview:
    """What a file would become: its columns, the fields they fill, the first rows, and what is wrong.

    ``problem`` is why it cannot be taken in as it is; empty when it can.
    """

    path: str
    kind: str
    columns: tuple[str, ...]
    fields: tuple[FieldShown, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    good: int = 0
    wrong: int = 0
    faults: tuple[str, ...] = ()
    problem: str = ""


class FileIntents(Protocol):
    """What the page of a file asks of the program."""

    def preview(self, path: str, kind: str, columns: Mapping[str, str]) -> FilePreview:
        """What a file would become; ``columns`` say which column fills which field, where a person chose."""
        ...

    def take_in(self, preview: FilePreview, person: str) -> tuple[str, str]:
        """Take the file in; gives where to, or a problem in words."""
        ...


class FirstRunIntents(FileIntents, Protocol):
    """What the first run asks of the program; each answers at once with a profile's name or a problem."""

    def demo(self) -> str:
        """Make the demo's profile; gives its name."""
        ...

    def connect(self, form: ConnectForm) -> tuple[str, str]:
        """Make a profile with one source; gives its name, or a problem in words."""
        ...
