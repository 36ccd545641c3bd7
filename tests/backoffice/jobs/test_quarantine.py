"""The page of rows that a job failed to process."""

import pytest
from django.test import Client
from django.urls import reverse

from jobs.models import QuarantinedRow
from tests.helpers.pages.admin_pages import staff_with

pytestmark = pytest.mark.django_db


def retry(client: Client, row: QuarantinedRow) -> None:
    asked = {"action": "retry_now", "_selected_action": [row.pk], "confirmed": "yes"}
    client.post(reverse("admin:jobs_quarantinedrow_changelist"), asked)
    row.refresh_from_db()


def test_staff_retry_an_abandoned_row(row: QuarantinedRow) -> None:
    client = staff_with("view_quarantinedrow", "retry_quarantinedrow")

    retry(client, row)

    assert row.next_attempt_at is not None


def test_retrying_needs_the_permission(row: QuarantinedRow) -> None:
    client = staff_with("view_quarantinedrow")

    retry(client, row)

    assert row.next_attempt_at is None
