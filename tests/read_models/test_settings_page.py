"""Settings from a real mirror: versions with licences, and diagnostics that give nothing away."""

from __future__ import annotations

from pathlib import Path

from app.profile import IdentitySettings, Profile, ProfileKind
from app.read_models.settings_page import settings_shown
from tests.support import facts
from tests.support.tower_room import tower_room


def test_parts_have_versions_and_licences_and_diagnostics_hold_no_business_facts(tmp_path: Path) -> None:
    with tower_room(tmp_path) as room:
        room.sync(*facts.quiet_world())
        profile = Profile(
            name="site",
            title="Secret site name",
            kind=ProfileKind.CONNECTED,
            folder=tmp_path,
            sources=(),
            identities=(IdentitySettings(user="a.moreno", name="A. Moreno", role="planner"),),
        )
        shown = settings_shown(room.mirror, profile, now=room.clock.now())
    by_name = {part.name: part for part in shown.parts}
    assert by_name["numpy"].version.startswith("2.")
    assert "LGPL" in by_name["PySide6-Essentials"].licence
    assert all(part.licence not in {"", "unknown"} for part in shown.parts)
    assert "SIL Open Font License" in shown.notice
    assert dict(shown.desk)["People"] == "A. Moreno (planner)"
    assert "source erp: read " in shown.diagnostics
    for secret in ("Secret site name", "Moreno", facts.order().number, str(tmp_path)):
        assert secret not in shown.diagnostics
