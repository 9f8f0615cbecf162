"""The sources page: how each source is reached and read, and where this desk keeps their credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.profile import ProfileKind
from app.secrets import store_name
from views.language import tr
from views.phrases import said
from views.sources.state import SourceSettingsRow, SourcesShown

if TYPE_CHECKING:
    from app.profile import Profile


def sources_shown(profile: Profile) -> SourcesShown:
    """The settings of a profile's sources."""
    is_demo = profile.kind is ProfileKind.DEMO
    return SourcesShown(
        settings=tuple(
            SourceSettingsRow(
                source=source.name,
                system=source.system,
                address=source.url,
                poll_seconds=source.poll_seconds,
                secret=source.secret,
                options=source.options,
            )
            for source in profile.sources
        ),
        secrets=tr("memory, for this session only") if is_demo else said(store_name()),
        why_fixed=tr("The demo makes its own sources at each start.") if is_demo else "",
    )
