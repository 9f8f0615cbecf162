"""What a system of the world writes in its own words is read back without loss."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.world.rendering.codec import KeyTable, document_of, entity_of
from connectors.world.rendering.dialect import DIALECTS
from domain.errors import BadInputError
from domain.ids import EntityKind
from domain.records import TYPE_OF_KIND, ref_of
from tests.support import facts
from tests.support.any_entity import entities_of

ANY = st.sampled_from(list(TYPE_OF_KIND.values())).flatmap(entities_of)


@pytest.mark.parametrize("face", list(DIALECTS))
@given(entity=ANY)
@settings(max_examples=60, deadline=None)
def test_every_record_comes_back_as_it_went(face: str, entity: Any) -> None:
    dialect = DIALECTS[face]
    keys = KeyTable(dialect.prefix)
    body = document_of(entity, dialect=dialect, keys=keys)
    assert entity_of(ref_of(entity).kind, body, dialect=dialect, keys=keys) == entity


def test_systems_have_keys_words_and_clocks_of_their_own() -> None:
    bodies = {
        face: document_of(facts.shipment(), dialect=dialect, keys=KeyTable(dialect.prefix))
        for face, dialect in DIALECTS.items()
    }
    assert "shipment_id" not in bodies["erp"]
    assert bodies["wms"]["KEY"] == "W100001"
    assert bodies["tms"]["key"] == "LD100001"
    assert bodies["wms"]["PLANNED_PICKUP_AT"] != bodies["tms"]["plannedPickupAt"]
    assert bodies["erp"]["freight_cost_amount"] == "0"


def test_a_key_that_the_system_never_gave_is_refused() -> None:
    dialect = DIALECTS["erp"]
    body = document_of(facts.item(), dialect=dialect, keys=KeyTable(dialect.prefix))
    with pytest.raises(BadInputError, match="no key of a item"):
        entity_of(EntityKind.ITEM, body, dialect=dialect, keys=KeyTable(dialect.prefix))
