"""Changing a source's settings in ``profile.toml``: its lines only, comments and all else stay."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Final

from app.profile import PROFILE_FILE, load_profile
from domain.errors import BadInputError, TowerError, UnavailableError

if TYPE_CHECKING:
    from pathlib import Path

    from views.sources.state import SourceSettingsRow

_HEAD: Final = "[[source]]"
_SETTING: Final = re.compile(r"""\s*["']?([A-Za-z0-9_-]+)["']?\s*=""")


def save_source(folder: Path, wanted: SourceSettingsRow) -> None:
    """Write what differs into the profile of ``folder``; it holds from the next start.

    Raises:
        BadInputError: the profile has no such source, or could not be read with these settings.
        UnavailableError: the file cannot be written.
    """
    file = folder / PROFILE_FILE
    source = next((s for s in load_profile(str(folder)).sources if s.name == wanted.source), None)
    if source is None:
        raise BadInputError(
            what=f"{file} has no source {wanted.source!r}.",
            remedy="Add it there; docs/profiles.md shows how.",
        )
    before: dict[str, str | int] = {"url": source.url, "poll_seconds": source.poll_seconds}
    after: dict[str, str | int] = {"url": wanted.address, "poll_seconds": wanted.poll_seconds}
    before |= dict(source.options)
    after |= dict(wanted.options)
    changes = {key: after.get(key) for key in before | after if before.get(key) != after.get(key)}
    text = file.read_text(encoding="utf-8")
    _write(file, edited(text, wanted.source, changes))
    try:
        load_profile(str(folder))
    except TowerError:
        _write(file, text)
        raise


def edited(text: str, source: str, changes: dict[str, str | int | None]) -> str:
    """The text with settings of one source changed; ``None`` takes a setting away.

    Raises:
        BadInputError: the source is written in another way than one setting a line.
    """
    lines = text.splitlines()
    begin, end = _table_of(lines, source)
    head, body, tail = lines[: begin + 1], lines[begin + 1 : end], lines[end:]
    for key, value in changes.items():
        found = [n for n, line in enumerate(body) if (m := _SETTING.match(line)) and m[1] == key]
        fresh = [] if value is None else [f"{key} = {json.dumps(value, ensure_ascii=False)}"]
        if found:
            body[found[0] : found[0] + 1] = fresh
        else:
            last = max((n for n, line in enumerate(body) if line.strip()), default=-1)
            body[last + 1 : last + 1] = fresh
    return "\n".join([*head, *body, *tail]) + "\n"


def _table_of(lines: list[str], source: str) -> tuple[int, int]:
    """Where the table of a source begins, and where the next one does."""
    heads = [n for n, line in enumerate(lines) if line.lstrip().startswith("[")]
    for begin, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        if lines[begin].strip().startswith(_HEAD) and _name_in(lines[begin + 1 : end]) == source:
            return begin, end
    raise BadInputError(
        what=f"The lines of the source {source!r} were not found in profile.toml.",
        remedy="Change the file by hand: the window only changes settings that stand one a line.",
    )


def _name_in(lines: list[str]) -> str:
    try:
        return str(tomllib.loads("\n".join(lines)).get("name", ""))
    except tomllib.TOMLDecodeError:
        return ""


def _write(file: Path, text: str) -> None:
    fresh = file.with_suffix(".new")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        raise UnavailableError(
            what=f"{file} cannot be written ({error.strerror}).",
            remedy="Check that the profile's folder is writable and has free space.",
        ) from error
