import pytest

from tests.helpers.factories import an_adult


@pytest.fixture(autouse=True)
def adults(db):
    """The ticket type that factories use, created first so that no test of a refusal sees it as a change."""
    return an_adult()
