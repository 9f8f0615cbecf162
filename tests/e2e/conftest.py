"""What the tests on a real Tryton share: a server for each file, its people, and the product's connector."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.tryton_company import CLERK
from tests.support.tryton_rpc import TrytonRpc
from tests.support.tryton_seed import Distributor, find_distributor
from tests.support.tryton_server import TrytonServer
from tests.support.tryton_tower import TowerDesk


@pytest.fixture(scope="module")
def server() -> Iterator[TrytonServer]:
    """One server for the module: each test makes its own orders."""
    with TrytonServer() as running:
        yield running


@pytest.fixture(scope="module")
def clerk(server: TrytonServer) -> TrytonRpc:
    """A session of the clerk: makes the orders, and looks."""
    return server.rpc(CLERK)


@pytest.fixture(scope="module")
def distributor(clerk: TrytonRpc) -> Distributor:
    """The ids of the seeded distributor."""
    return find_distributor(clerk)


@pytest.fixture(scope="module")
def _logged_in(server: TrytonServer) -> Iterator[TowerDesk]:
    """One session of the tower for the module: Tryton takes a third of a second to check a password."""
    opened = TowerDesk(server)
    yield opened
    opened.close()


@pytest.fixture
def desk(_logged_in: TowerDesk) -> Iterator[TowerDesk]:
    """The product's connector, its line whole."""
    yield _logged_in
    _logged_in.line.cut_at(None)
