"""What a desk keeps in its folder: the hub's pinned key and its own name, damaged or gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from keyring.backends import null

from domain.errors import CorruptError
from tests.support.manual_site import PLANNER, ManualSite, manual_site

RUBBISH = [b"", b"\xff\xfe\x00", b"{}"]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ManualSite]:
    # Without this the keys of the test would go into the keyring of whoever runs it.
    monkeypatch.setattr("app.secrets.keyring.get_keyring", null.Keyring)
    with manual_site(tmp_path) as made:
        with made.tower() as tower:
            assert tower.parts.desk.signer(PLANNER).role == "planner"
        yield made


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_a_damaged_pin_of_the_hub_is_said_and_can_be_made_anew(site: ManualSite, rubbish: bytes) -> None:
    file = site.profile.folder / "hub.key"
    pinned = file.read_bytes()
    file.write_bytes(rubbish)
    with site.tower() as tower, pytest.raises(CorruptError, match="pinned key of the hub") as caught:
        tower.parts.desk.signer(PLANNER)
    assert str(file) in str(caught.value)

    file.unlink()
    with site.tower() as tower:
        assert tower.parts.desk.signer(PLANNER).role == "planner"
        assert not tower.settle().cannot
    assert file.read_bytes() == pinned


@pytest.mark.parametrize("rubbish", RUBBISH[:2])
def test_a_damaged_name_of_the_device_is_said(site: ManualSite, rubbish: bytes) -> None:
    file = site.profile.folder / "device"
    file.write_bytes(rubbish)
    with pytest.raises(CorruptError, match="name of this device") as caught, site.tower():
        pass
    assert str(file) in str(caught.value)
