"""The milestones of a connector as EPCIS 2.0 documents, for partners that follow goods by that standard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from connectors.epcis.document import write_events
from connectors.epcis.mapping import events_of, has_business_step
from connectors.protocol import Connector, Page
from connectors.service.schemas import problem_answers
from domain.clock import Clock
from domain.errors import BadInputError
from domain.ids import EntityKind
from domain.transport import Milestone

CURSOR_HEADER = "Tower-Cursor"
MORE_HEADER = "Tower-More"
EPCIS_JSON = "application/ld+json"


def epcis_router(name: str, connector: Connector, clock: Clock) -> APIRouter:
    """The route of a connector."""
    router = APIRouter(responses=problem_answers(), tags=[name])

    @router.get(
        "/v1/epcis",
        responses={
            200: {"description": "A document", "content": {EPCIS_JSON: {"schema": {"type": "object"}}}}
        },
    )
    def epcis(
        cursor: Annotated[str | None, Query(max_length=2000)] = None,
        limit: Annotated[int, Query(ge=1, le=100_000)] = 500,
    ) -> Response:
        """What happened to shipments at or after the cursor, as an EPCIS 2.0 document.

        What a milestone corrects is told again with an error declaration, whichever page told it first.
        The cursor to go on from is in the header Tower-Cursor; Tower-More says whether there is more now.
        """
        manifest = connector.manifest
        stream = next((s.name for s in manifest.streams if EntityKind.MILESTONE in s.kinds), None)
        if stream is None:
            raise BadInputError(
                what=f"{manifest.title} knows no milestones of shipments.",
                remedy="Ask a system of transport.",
            )
        page = connector.changes(stream, cursor, min(limit, manifest.page_limit))
        found = _milestones(page)
        wrong = _told_before(connector, stream, found)
        events = events_of(
            [each for each in (*wrong, *found) if has_business_step(each)], corrected_at=clock.now()
        )
        return Response(
            write_events(events, at=clock.now()),
            media_type=EPCIS_JSON,
            headers={CURSOR_HEADER: page.cursor, MORE_HEADER: "true" if page.more else "false"},
        )

    return router


def _milestones(page: Page) -> list[Milestone]:
    return [record.entity for record in page.records if isinstance(record.entity, Milestone)]


def _told_before(connector: Connector, stream: str, found: Sequence[Milestone]) -> list[Milestone]:
    """What ``found`` corrects and does not tell itself; the standard wants the whole event once more."""
    wanted = {each.corrects_id for each in found if each.corrects_id} - {each.milestone_id for each in found}
    told: list[Milestone] = []
    cursor: str | None = None
    while wanted:
        page = connector.changes(stream, cursor, connector.manifest.page_limit)
        here = [each for each in _milestones(page) if each.milestone_id in wanted]
        wanted -= {each.milestone_id for each in here}
        told += here
        if not page.more:
            break
        cursor = page.cursor
    return told
