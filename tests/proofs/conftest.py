import pytest

from tests.proofs import stage as stages


@pytest.fixture
def stage(transactional_db: None) -> None:
    """A real, empty database for a test that commits; see `tests.proofs.stage`."""
    stages.sweep()
