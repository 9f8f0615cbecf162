"""Bringing a database file to the schema of this program, by Alembic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Engine, inspect, text

from domain.errors import RefusedError

if TYPE_CHECKING:
    from alembic.config import Config

#: Revisions this program knows, oldest first; the last one is its own.
REVISIONS: dict[str, tuple[str, ...]] = {
    "mirror": ("mirror_0001", "mirror_0002", "mirror_0003", "mirror_0004"),
    "ledger": ("ledger_0001", "ledger_0002"),
}

_MIGRATIONS = Path(__file__).parent / "migrations"


def bring_up_to_date(engine: Engine, *, path: Path, role: Literal["mirror", "ledger"]) -> None:
    """Apply the revisions that the file behind ``engine`` still lacks, in one transaction.

    Raises:
        RefusedError: the file was written by a newer program.
    """
    known = REVISIONS[role]
    current = current_revision(engine)
    if current == known[-1]:
        return
    if current is not None and current not in known:
        raise RefusedError(
            what=f"The database {path} was written by a newer program (revision {current}).",
            remedy="Use that program, or another profile folder; nothing was changed.",
        )
    # Importing Alembic costs a fifth of a second and is needed once per file only.
    from alembic import command  # noqa: PLC0415 - see above

    with engine.begin() as connection:
        config = alembic_config(role)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def current_revision(engine: Engine) -> str | None:
    """The revision the file is at; ``None`` for an empty file."""
    with engine.execution_options(tower_read=True).connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return None if found is None else str(found)


def alembic_config(role: str) -> Config:
    """The Alembic configuration of one of the two databases."""
    from alembic.config import Config  # noqa: PLC0415 - imported only where a file must be migrated

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("version_locations", str(_MIGRATIONS / role))
    config.set_main_option("path_separator", "newline")
    return config
