"""Opening a database: safe, up to date, and one clear sentence when it cannot be."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Literal

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from app.store.engine import open_database, read_only_engine, reading, require_safe_sqlite
from app.store.ledger_schema import LEDGER_METADATA
from app.store.migrate import REVISIONS, alembic_config, current_revision
from app.store.schema import MIRROR_METADATA
from domain.errors import CorruptError, RefusedError, UnavailableError

Role = Literal["mirror", "ledger"]
ROLES: tuple[Role, ...] = ("mirror", "ledger")
OLD_DATABASES = Path(__file__).parent / "old_databases"


def pragma(engine: Engine, name: str) -> object:
    with reading(engine).connect() as connection:
        return connection.execute(text("PRAGMA " + name)).scalar_one()


@pytest.mark.parametrize(("role", "synchronous"), [("mirror", 1), ("ledger", 2)])
def test_a_database_is_opened_safely(tmp_path: Path, role: Role, synchronous: int) -> None:
    engine = open_database(tmp_path / "a.db", role=role)
    assert pragma(engine, "journal_mode") == "wal"
    assert pragma(engine, "synchronous") == synchronous
    assert pragma(engine, "foreign_keys") == 1
    engine.dispose()


def test_an_old_sqlite_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"3\.51\.2.*can corrupt"):
        require_safe_sqlite((3, 51, 2))
    assert require_safe_sqlite((3, 51, 3)) is None  # type: ignore[func-returns-value]  # it returns at all


@pytest.mark.parametrize("role", ROLES)
def test_a_new_file_has_the_schema_of_the_program(tmp_path: Path, role: Role) -> None:
    engine = open_database(tmp_path / "a.db", role=role)
    metadata = MIRROR_METADATA if role == "mirror" else LEDGER_METADATA
    with reading(engine).connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    assert difference == []


@pytest.mark.parametrize("role", ROLES)
def test_the_known_revisions_are_the_migrations_there_are(role: Role) -> None:
    scripts = ScriptDirectory.from_config(alembic_config(role))
    assert tuple(reversed([each.revision for each in scripts.walk_revisions()])) == REVISIONS[role]


@pytest.mark.parametrize("role", ROLES)
def test_every_old_database_is_upgraded(tmp_path: Path, role: Role) -> None:
    kept = sorted(OLD_DATABASES.glob(f"{role}_*.db"))
    assert [path.stem for path in kept] == list(REVISIONS[role])
    for path in kept:
        copy = tmp_path / path.name
        copy.write_bytes(path.read_bytes())
        engine = open_database(copy, role=role)
        assert current_revision(engine) == REVISIONS[role][-1]
        engine.dispose()


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    open_database(tmp_path / "a.db", role="mirror").dispose()
    engine = open_database(tmp_path / "a.db", role="mirror")
    assert current_revision(engine) == REVISIONS["mirror"][-1]
    engine.dispose()


def test_a_file_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "a.db", role="mirror")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'mirror_9999'"))
    engine.dispose()
    with pytest.raises(RefusedError, match=r"newer program \(revision mirror_9999\)"):
        open_database(tmp_path / "a.db", role="mirror")


def test_a_file_that_is_no_database_is_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"these are my holiday notes\n" * 300)
    with pytest.raises(CorruptError, match="move it aside"):
        open_database(path, role="mirror")
    assert path.read_bytes().startswith(b"these are my holiday notes")


def test_a_damaged_file_is_found_when_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    open_database(path, role="mirror").dispose()
    damaged = bytearray(path.read_bytes())
    chance = random.Random(5)
    for offset in range(8192, len(damaged)):
        damaged[offset] = chance.randrange(256)
    path.write_bytes(damaged)
    with pytest.raises(CorruptError, match="damaged"):
        open_database(path, role="mirror")


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="Check that the folder exists"):
        open_database(tmp_path / "no" / "a.db", role="mirror")


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    open_database(tmp_path / "a.db", role="mirror").dispose()
    reader = read_only_engine(tmp_path / "a.db")
    with pytest.raises(OperationalError, match="readonly"), reader.begin() as connection:
        connection.execute(text("DELETE FROM dirty_scope"))
    reader.dispose()


def test_a_reader_needs_a_file(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="does not exist yet"):
        read_only_engine(tmp_path / "a.db")


def test_a_reader_does_not_wait_for_the_writer(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "a.db", role="mirror")
    with engine.begin() as writer:
        writer.execute(text("INSERT INTO dirty_scope VALUES ('item>item', 'I1')"))
        with reading(engine).connect() as reader:
            assert reader.execute(text("SELECT COUNT(*) FROM dirty_scope")).scalar_one() == 0
    engine.dispose()
