"""A table file that somebody drops on the window goes to the watched folder of the profile's file source."""

from __future__ import annotations

import shutil
from pathlib import Path

from app.profile import Profile
from connectors.drop_folder import IN
from domain.errors import BadInputError, UnavailableError

FILES = "files"


def take_dropped(profile: Profile, path: str) -> str:
    """Copy a file to where it is taken in; gives the source's name.

    Raises:
        BadInputError: the profile has no source of files.
        UnavailableError: the file or the folder cannot be used.
    """
    source = next((each for each in profile.sources if each.system == FILES), None)
    if source is None:
        raise BadInputError(
            what="This profile takes in no files.",
            remedy="Add a [[source]] of system files to its profile.toml; docs/profiles.md shows one.",
        )
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
