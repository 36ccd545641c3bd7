"""The page of job runs, with the state of every job."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from jobs.models import JobRun, QuarantinedRow, RunOutcome
from tests.helpers.pages.admin_pages import query_count, staff_with
from tests.helpers.sample_jobs import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["jobrun", "quarantinedrow"])
def test_records_are_read_only(name: str, run: JobRun, row: QuarantinedRow, admin_client: Client) -> None:
    record = run if name == "jobrun" else row

    shown = admin_client.get(reverse(f"admin:jobs_{name}_changelist"), {"job": "cancel_expired_orders"})
    opened = admin_client.get(reverse(f"admin:jobs_{name}_change", args=[record.pk]))
    typed_over = admin_client.post(reverse(f"admin:jobs_{name}_change", args=[record.pk]), {"job": "other"})
    added = admin_client.post(reverse(f"admin:jobs_{name}_add"), {"job": "other"})
    deleted = admin_client.post(reverse(f"admin:jobs_{name}_delete", args=[record.pk]), {"post": "yes"})

    assert (shown.status_code, opened.status_code) == (200, 200)
    assert (typed_over.status_code, added.status_code, deleted.status_code) == (403, 403, 403)
    record.refresh_from_db()
    assert record.job == "sell"


def test_the_page_shows_the_state_of_every_job(run: JobRun) -> None:
    JobRun.objects.create(
        job="check_invariants",
        started_at=NOON - timedelta(days=3),
        finished_at=NOON - timedelta(days=3),
        at=NOON,
        outcome=RunOutcome.FAILED,
        error="Stock of item 7",
        failed=3,
        host="here",
        database="this",
    )
    JobRun.objects.create(
        job="deliver_notifications",
        started_at=NOON,
        finished_at=NOON,
        at=NOON,
        outcome=RunOutcome.FAILED,
        host="here",
        database="this",
    )
    client = staff_with("view_jobrun")

    page = client.get(reverse("admin:jobs_jobrun_changelist")).text

    assert "Check data consistency" in page
    assert "daily at 05:00" in page
    assert "every 30 seconds" in page
    assert "Late" in page
    assert "Failed" in page
    assert "Retry now" not in page


def test_a_failed_row_can_be_retried_from_the_page(row: QuarantinedRow) -> None:
    client = staff_with("view_jobrun", "view_quarantinedrow", "retry_quarantinedrow")
    link = reverse("admin:jobs_quarantinedrow_retry_now", args=[row.pk])

    page = client.get(reverse("admin:jobs_jobrun_changelist")).text
    asked = client.get(link)
    client.post(link, {"confirmed": "yes"})

    assert link in page
    assert "will try this row again" in asked.text
    row.refresh_from_db()
    assert row.next_attempt_at is not None


def test_the_page_offers_no_retry_without_the_permission(row: QuarantinedRow) -> None:
    client = staff_with("view_jobrun", "view_quarantinedrow")
    link = reverse("admin:jobs_quarantinedrow_retry_now", args=[row.pk])

    assert link not in client.get(reverse("admin:jobs_jobrun_changelist")).text
    assert client.post(link, {"confirmed": "yes"}).status_code == 403


def test_the_page_runs_the_same_number_of_queries_for_3_rows_and_for_30() -> None:
    client = staff_with("view_jobrun", "view_quarantinedrow", "retry_quarantinedrow")

    def fill(numbers: range) -> None:
        for number in numbers:
            JobRun.objects.create(job="check_invariants", started_at=NOON, at=NOON, host="here", database="this")
            QuarantinedRow.objects.create(job="sell", row=f"orders.order:{number}", first_failed_at=NOON)

    def cost() -> int:
        return query_count(client, reverse("admin:jobs_jobrun_changelist"))

    fill(range(3))
    few = cost()
    fill(range(3, 30))

    assert cost() == few <= 20
