"""People of a profile as the screens name them."""

from __future__ import annotations

from app.profile import Profile
from views.shell.state import Identity


def people_of(profile: Profile) -> tuple[Identity, ...]:
    """Everybody who may sit at this desk or own a case; ``Alex Moreno`` is shown as ``A. Moreno``."""
    return tuple(
        Identity(user_id=i.user, name=_short(i.name), role=i.role.replace("_", " ").capitalize())
        for i in profile.identities
    )


def short_name(people: tuple[Identity, ...], user_id: str) -> str:
    """How a person is shown; somebody who is not of the profile by their id."""
    return next((person.name for person in people if person.user_id == user_id), user_id)


def _short(name: str) -> str:
    first, _, last = name.rpartition(" ")
    return f"{first[:1]}. {last}" if first else name
