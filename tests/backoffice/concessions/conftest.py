"""A bar item for the tests of these pages."""

import pytest

from concessions.models import ConcessionItem
from screenings.models import Cinema
from tests.helpers.factories import a_cinema, an_item


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


@pytest.fixture
def item(cinema: Cinema) -> ConcessionItem:
    """Ten in stock, from before costs were entered."""
    return an_item(cinema, stock=10, cost=None)
