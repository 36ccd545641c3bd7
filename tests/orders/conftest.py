import pytest

from tests.helpers.factories import an_adult


@pytest.fixture(autouse=True)
def adults(db):
    """The one ticket type of all scenes stands before they begin, so that a refusal cannot seem to have made it."""
    return an_adult()
