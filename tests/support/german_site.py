"""A real site whose pages are shown in German: mirror and ledger read by the program's own read models."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

#: Words that no German sentence holds. Names of products, people, files and keys do not hold them either.
ENGLISH = re.compile(
    r"\b(the|of|is|are|with|for|not|from|by|and|to|has|have|its|it|on|at|or|were|cannot|be|no|late|short)\b"
)
#: Licences of the parts keep their wording; a German relative clause begins like an English past.
_LICENCE = re.compile(r"BSD|LGPL|Apache|MIT|PSF")


def wrong_things() -> list[Any]:
    """Records that make cases of many types, beside a world where all is well."""
    facts = import_module("tests.support.facts")
    orders = import_module("domain.orders")
    return [
        *facts.quiet_world(),
        replace(facts.line(), unit_price_cents=facts.line().unit_price_cents * 2),
        facts.order("SO-2", number="SO-2", credit_status=orders.CreditStatus.HOLD),
        facts.line("SO-2/1", order_id="SO-2", ordered_quantity=900),
        facts.shipment("SH-2", number="LD-2", eta_at=facts.PROMISED + timedelta(days=5)),
        facts.rma("R2", order_id="SO-1"),
    ]


def show_site(window: Any) -> Iterator[str]:
    """Show every case and every page of the site; tell each text that is English."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _show(window, Path(folder))


def _show(window: Any, folder: Path) -> Iterator[str]:
    room_of = import_module("tests.support.tower_room").tower_room
    desk_of = import_module("tests.support.approval_desk")
    wishes = import_module("app.read_models.wishes")
    times = import_module("app.zones").DeskTimes(zone=ZoneInfo("Europe/Berlin"))
    with room_of(folder) as room:
        desk = desk_of.Desk(folder, clock=desk_of.TurnedClock())
        room.sync(*wrong_things())
        reader = _reader(folder, desk)
        now, who = room.clock.now(), reader.people[0]
        window.apply_snapshot(reader.read(wishes.Around(who=who, times=times), now=now))
        codes = set()
        for case in room.mirror.cases():
            if case.code in codes:
                continue
            codes.add(case.code)
            window.show_case(case.case_id)
            request = wishes.DetailRequest(case_id=case.case_id, who=who, now=now, times=times)
            window.apply_detail(reader.detail(request))
            yield from _english(window, case.code)
        if len(codes) < _FEWEST_TYPES:
            yield f"only {sorted(codes)} were found"
        for page in ("approvals", "kpis", "rules", "sources", "settings"):
            window.show_page(page)
            content = reader.page(page, now=now)
            if content is not None:
                window.apply_page(content)
            yield from _english(window, page)
        reader.mirror.close()
        desk.close()


_FEWEST_TYPES = 3


def _reader(folder: Path, desk: Any) -> Any:
    profile = import_module("app.profile")
    return import_module("app.read_models.snapshot").SnapshotReader(
        mirror=import_module("app.store.mirror").Mirror(
            import_module("app.store.engine").read_only_engine(folder / "mirror.db")
        ),
        ledger=desk.ledger,
        profile=profile.Profile(
            name="site",
            title="Werk",
            kind=profile.ProfileKind.CONNECTED,
            folder=folder,
            sources=(),
            identities=(profile.IdentitySettings(user="a.moreno", name="Alex Moreno", role="planner"),),
        ),
        policy=import_module("tests.support.approval_desk").default_policy(),
    )


def _english(window: Any, where: str) -> Iterator[str]:
    import_module("PySide6.QtWidgets").QApplication.processEvents()
    for text in _texts(window):
        plain = re.sub(r"<[^>]*>", " ", text)
        if ENGLISH.search(plain) and not _LICENCE.search(plain):
            yield f"{where}: {plain}"


def _texts(window: Any) -> Iterator[str]:
    widgets = import_module("PySide6.QtWidgets")
    lists = import_module("views.shell.two_line_list")
    for kind in (widgets.QLabel, widgets.QAbstractButton):
        for widget in window.findChildren(kind):
            if widget.isVisible():
                yield from (widget.text(), widget.toolTip(), widget.accessibleName())
    for shown in window.findChildren(lists.TwoLineList):
        if shown.isVisible():
            model = shown.model()
            for row in range(model.rowCount()):
                yield str(model.index(row, 0).data())
    timeline = import_module("views.case_detail.timeline").Timeline
    for shown in window.findChildren(timeline):
        yield shown.accessibleName()
