"""Everything the window shows at one instant, read from both databases without ever writing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.bootstrap import MIRROR_FILE
from app.read_models.approval_rights import ApprovalSources
from app.read_models.approvals import approval_rows
from app.read_models.detail import DetailSources, case_detail
from app.read_models.figures import kpi_tiles
from app.read_models.geography import Geography, read_geography
from app.read_models.incidents import queue_incidents
from app.read_models.kpi_page import kpi_figures
from app.read_models.ledger_page import ledger_shown
from app.read_models.network import Zones, map_lanes, map_markers, map_nodes, read_zones
from app.read_models.people import people_of
from app.read_models.policy_notice import policy_notice
from app.read_models.queue import queue_table
from app.read_models.raw_text import raw_text
from app.read_models.rules_page import check_rules, own_with, rules_shown
from app.read_models.settings_page import settings_shown
from app.read_models.sources_page import sources_shown
from app.read_models.spoken import Speaker
from app.read_models.what_if_page import what_if_choices
from app.read_models.wishes import Around, DetailRequest
from app.services.rank import rank_cases
from app.services.recommend.record import recommendation_from_json
from app.services.source_health import source_health
from app.store.recommendations import best_options, recommendation_body
from app.workers.rehearsal import RehearsalWish
from app.zones import DeskTimes, zone_named
from domain.approval_states import DeliveryState
from domain.health import HealthColour, SourceHealth
from domain.recommendations import Recommendation
from views.shell.state import Identity, OfflineState
from views.sources.state import QuarantineRow
from views.tower.state import ALL_PARTS, Part, TowerSnapshot

if TYPE_CHECKING:
    from app.profile import Profile
    from app.store.ledger_reads import LedgerReads
    from app.store.mirror import Mirror
    from app.store.values import SourceState
    from domain.rights import RightsPolicy
    from views.case_detail.state import CaseDetail
    from views.ports import PageContent
    from views.rules.state import RulesChecked
    from views.shell.state import Page

HUB = "hub"


@dataclass(slots=True)
class SnapshotReader:
    """Reads snapshots one after the other; what did not change is taken from the one before."""

    mirror: Mirror
    ledger: LedgerReads
    profile: Profile
    policy: RightsPolicy
    people: tuple[Identity, ...] = field(init=False)
    _last: TowerSnapshot | None = field(init=False, default=None)
    _geography: Geography = field(init=False, default_factory=Geography)
    _zones: Zones | None = field(init=False, default=None)
    _times: DeskTimes = field(init=False, default=DeskTimes())

    def __post_init__(self) -> None:
        """Name the people once."""
        self.people = people_of(self.profile)

    def read(self, around: Around, *, now: datetime, changed: frozenset[Part] = ALL_PARTS) -> TowerSnapshot:
        """The snapshot of ``now``; only the parts named in ``changed`` are read anew."""
        self._times = around.times
        last = self._last or TowerSnapshot(
            now=now, who=around.who, people=self.people, site=self.profile.title
        )
        if self._last is None:
            changed = ALL_PARTS
        fresh = replace(
            last,
            now=now,
            who=around.who,
            jobs=tuple(replace(job, title=self._speaker.say(job.title)) for job in around.jobs),
            changed=changed,
            zone=around.times.zone,
        )
        if changed & {"cases", "markers", "network"}:
            fresh = self._with_cases(fresh)
        if "kpis" in changed:
            fresh = replace(fresh, kpis=kpi_tiles(self.mirror, now=now))
        if changed & {"sources", "quarantine", "offline"}:
            fresh = self._with_sources(fresh, around)
        if "approvals" in changed:
            rows = approval_rows(self._approval_sources(around, now))
            fresh = replace(fresh, approvals=tuple(map(self._speaker.approval, rows)))
        self._last = fresh
        return fresh

    def _approval_sources(self, around: Around, now: datetime) -> ApprovalSources:
        return ApprovalSources(
            ledger=self.ledger,
            facts=self.mirror,
            policy=self.policy,
            who=around.who,
            people=self.people,
            now=now,
            zone=around.times.zone,
        )

    @property
    def _speaker(self) -> Speaker:
        return Speaker(zone=self._times.zone)

    def detail(self, request: DetailRequest) -> CaseDetail | None:
        """One case with all that its panel shows."""
        sources = DetailSources(
            mirror=self.mirror, ledger=self.ledger, policy=self.policy, people=self.people
        )
        known = request.recommendation or self.kept(request.case_id)
        found = case_detail(sources, replace(request, recommendation=known))
        return None if found is None else self._with_times(found, request.times)

    def _with_times(self, detail: CaseDetail, times: DeskTimes) -> CaseDetail:
        """A detail in the window's language, in the zone of the desk or of the case's site."""
        node = self._geography.nodes.get(detail.case.node_id) if detail.case.node_id else None
        site = times.zone if node is None else zone_named(node.timezone)
        shown = site if times.by_site else times.zone
        named = replace(detail, site_zone=site, site_name=node.name if node is not None else "")
        return Speaker(zone=shown, site=site).detail(named)

    def page(self, page: Page, *, now: datetime) -> PageContent | None:
        """What a page shows besides the snapshot; ``None`` where it needs nothing."""
        if page == "kpis":
            return kpi_figures(self.mirror, now=now, zone=self._times.zone)
        if page == "approvals":
            return self._speaker.ledger(ledger_shown(self.ledger, self.profile, self.people))
        if page == "what_if":
            return what_if_choices(self.mirror, now=now)
        if page == "rules":
            shown = rules_shown(self.mirror, self.policy, self.profile, self.people, now=now)
            return replace(shown, zone=self._times.zone)
        if page == "sources":
            return sources_shown(self.profile)
        if page == "settings":
            return settings_shown(self.mirror, self.profile, now=now)
        return None

    def check_rules(self, name: str, text: str) -> RulesChecked:
        """Whether an edited policy could come into force."""
        return check_rules(self.mirror, name, text)

    def rehearsal_wish(self, name: str, text: str, *, now: datetime) -> RehearsalWish:
        """What to rehearse to see what an edited policy would do."""
        own = own_with(self.mirror, name, text)
        return RehearsalWish(
            mirror_file=self.profile.folder / MIRROR_FILE,
            own=own,
            now=now,
            storage_key=self.profile.storage_key,
        )

    def close(self) -> None:
        """Let go of the databases."""
        self.mirror.close()
        self.ledger.close()

    def kept(self, case_id: str) -> Recommendation | None:
        """The options last worked out for a case."""
        body = recommendation_body(self.mirror.engine, case_id)
        return None if body is None else recommendation_from_json(body)

    def _with_cases(self, fresh: TowerSnapshot) -> TowerSnapshot:
        cases = rank_cases(
            self.mirror.cases(),
            now=fresh.now,
            tiers=self.mirror.case_tiers(),
            priorities=self.mirror.line_priorities(),
        )
        if self._zones is None or not self._zones.lanes:
            self._zones = read_zones(self.mirror)
        self._geography = read_geography(self.mirror, cases)
        return replace(
            fresh,
            cases=queue_table(
                cases,
                self._geography,
                best_options(self.mirror.engine),
                self.people,
                queue_incidents(self.mirror),
            ),
            nodes=map_nodes(self._geography),
            lanes=map_lanes(self._geography, self._zones, cases),
            markers=map_markers(self._geography, cases),
        )

    def _with_sources(self, fresh: TowerSnapshot, around: Around) -> TowerSnapshot:
        states = self.mirror.source_states()
        health = tuple(source_health(state, now=fresh.now, next_run_at=_next_run(state)) for state in states)
        return replace(
            fresh,
            sources=tuple(map(self._speaker.health, health)),
            quarantine=tuple(
                QuarantineRow(
                    quarantine_id=f"{row.source}/{row.stream}/{row.external_id}",
                    source=row.source,
                    stream=row.stream,
                    external_id=row.external_id,
                    code=row.code,
                    message=self._speaker.say(row.message),
                    observed_at=row.last_seen_at,
                    raw=raw_text(row.raw),
                )
                for row in self.mirror.quarantined()
            ),
            offline=self._offline(health, around),
            policy_notice=policy_notice(self.mirror.policy_records()),
        )

    def _offline(self, health: tuple[SourceHealth, ...], around: Around) -> OfflineState:
        away = [h for h in health if h.colour is HealthColour.RED and h.failures_in_row]
        names = [str(h.source) for h in away] + ([HUB] if around.hub_unreachable else [])
        successes = [h.last_success_at for h in away if h.last_success_at is not None]
        waiting = self.ledger.outbox(DeliveryState.PENDING, DeliveryState.SENT)
        return OfflineState(
            unreachable=tuple(names), data_as_of=min(successes, default=None), queued_changes=len(waiting)
        )


def _next_run(state: SourceState) -> datetime | None:
    """When the schedule reads a source again, give or take its jitter."""
    if state.last_attempt_at is None:
        return None
    return state.last_attempt_at + timedelta(seconds=state.interval_seconds)
