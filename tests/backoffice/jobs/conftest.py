"""A job run and a row that the job failed to process."""

import pytest

from jobs.models import JobRun, QuarantinedRow
from tests.helpers.sample_jobs import NOON


@pytest.fixture
def run() -> JobRun:
    return JobRun.objects.create(job="sell", started_at=NOON, at=NOON, host="here", database="this")


@pytest.fixture
def row() -> QuarantinedRow:
    return QuarantinedRow.objects.create(job="sell", row="orders.order:1", attempts=8, first_failed_at=NOON)
