"""A real OData V4 service (odatapy) over data of our own, as a program: ``PORT FILE PAGE_SIZE``.

Stock and orders come from a JSON file; a PATCH changes the running server only.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

from odatapy.data import Entity, ValueType
from odatapy.edm.csdl import (
    CsdlAbstractEdmProvider,
    CsdlEntityContainer,
    CsdlEntitySet,
    CsdlEntityType,
    CsdlProperty,
    CsdlPropertyRef,
    CsdlSchema,
)
from odatapy.server import OData
from odatapy.server.adapters import ODataWSGIApp
from odatapy.server.inmemory import InMemoryDataStore, InMemoryProcessor

TYPES = {
    "Material": "Edm.String",
    "Plant": "Edm.String",
    "Free": "Edm.Decimal",
    "Safety": "Edm.Int32",
    "YY1_TowerKey": "Edm.String",
    "ChangedAt": "Edm.DateTimeOffset",
}


class _Model(CsdlAbstractEdmProvider):
    def get_schemas(self) -> list[CsdlSchema]:
        """One set of stock, keyed by material and plant."""
        kind = CsdlEntityType(
            name="Stock",
            key=[CsdlPropertyRef(name="Material"), CsdlPropertyRef(name="Plant")],
            properties=[
                CsdlProperty(name=name, type=edm, precision=7 if edm.endswith("Offset") else None)
                for name, edm in TYPES.items()
            ],
        )
        container = CsdlEntityContainer(
            name="Container", entity_sets=[CsdlEntitySet(name="Stocks", type="Tower.Stock")]
        )
        return [CsdlSchema(namespace="Tower", entity_types=[kind], entity_container=container)]


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


def _entity(row: dict[str, str], number: int) -> Entity:
    entity = Entity()
    for name, edm in TYPES.items():
        text = row[name]
        value: object = text
        if edm == "Edm.Decimal":
            value = Decimal(text)
        elif edm == "Edm.Int32":
            value = int(text)
        elif edm == "Edm.DateTimeOffset":
            value = datetime.fromisoformat(text)
        entity.set_property(name, value, ValueType.PRIMITIVE, edm)
    entity.etag = f'W/"{number}"'
    return entity


def main(port: int, file: Path, page_size: int) -> None:
    """Serve until the process is ended."""
    rows = json.loads(file.read_text(encoding="utf-8"))
    store = InMemoryDataStore()
    store.set_entities("Stocks", [_entity(row, number) for number, row in enumerate(rows, start=1)])
    odata = OData.new_instance()
    handler = odata.create_handler(odata.create_service_metadata(_Model()))
    handler.register(InMemoryProcessor(store, page_size=page_size or None))
    with make_server("127.0.0.1", port, ODataWSGIApp(handler), handler_class=_Silent) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
