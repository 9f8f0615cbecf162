"""A table file for an open profile: its mapping is kept, and it goes to the folder that is watched."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.first_run import mapping_text
from app.profile import Profile, SourceSettings
from connectors.drop_folder import IN
from domain.errors import BadInputError, UnavailableError

if TYPE_CHECKING:
    from views.first_run.state import FilePreview

FILES = "files"
#: What a name may end in that differs from file to file.
_ENDINGS: Final = "0123456789-_ .T"


def take_dropped(profile: Profile, path: str) -> str:
    """Copy a file to where it is taken in; gives the source's name.

    Raises:
        BadInputError: the profile has no source of files.
        UnavailableError: the file or the folder cannot be used.
    """
    source = _files_source(profile)
    file, folder = Path(path), profile.folder / source.url / IN
    # Under a name that is left alone until the copy is whole.
    half = folder / f"{file.name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, half)
        half.replace(folder / file.name)
    except OSError as error:
        raise UnavailableError(
            what=f"{file.name} cannot be copied to {folder} ({error.strerror}).",
            remedy="Check both places, then drop it again.",
        ) from error
    return source.name


def take_in_shown(profile: Profile, preview: FilePreview) -> str:
    """Keep the mapping as it was shown and take the file in; gives the source's name.

    The mapping serves later files of that name, whatever digits (a date, a number) they end in.

    Raises:
        BadInputError: the profile has no source of files.
        UnavailableError: the file or a folder cannot be used.
    """
    source, file = _files_source(profile), Path(preview.path)
    stem = file.stem.rstrip(_ENDINGS) or file.stem
    text = mapping_text(preview, name=stem, files=f"{stem}*{file.suffix}")
    mapping = profile.folder / source.option("mappings", "mappings") / f"{stem}.toml"
    try:
        mapping.parent.mkdir(parents=True, exist_ok=True)
        mapping.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UnavailableError(
            what=f"{mapping} cannot be written ({error.strerror}).",
            remedy="Check that the profile's folder is writable and has free space.",
        ) from error
    return take_dropped(profile, preview.path)


def _files_source(profile: Profile) -> SourceSettings:
    source = next((each for each in profile.sources if each.system == FILES), None)
    if source is None:
        raise BadInputError(
            what="This profile takes in no files.",
            remedy="Add a [[source]] of system files to its profile.toml; docs/profiles.md shows one.",
        )
    return source
