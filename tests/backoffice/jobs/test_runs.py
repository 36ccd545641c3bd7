from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from jobs.models import JobRun, Outcome, QuarantinedRow
from tests.helpers.sample_jobs import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> JobRun:
    return JobRun.objects.create(job="sell", started_at=NOON, at=NOON, host="here", database="this")


@pytest.fixture
def row() -> QuarantinedRow:
    return QuarantinedRow.objects.create(job="sell", row="orders.order:1", attempts=8, first_failed_at=NOON)


def staff(client: Client, *permissions: str) -> None:
    user = User.objects.create_user("staff@example.org", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)


def retry(client: Client, row: QuarantinedRow) -> None:
    asked = {"action": "retry_now", "_selected_action": [row.pk], "confirmed": "yes"}
    client.post(reverse("admin:jobs_quarantinedrow_changelist"), asked)
    row.refresh_from_db()


@pytest.mark.parametrize("name", ["jobrun", "quarantinedrow"])
def test_records_can_be_read_and_nothing_else(
    name: str, run: JobRun, row: QuarantinedRow, admin_client: Client
) -> None:
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


def test_a_row_that_was_given_up_is_retried_when_staff_say_so(client: Client, row: QuarantinedRow) -> None:
    staff(client, "view_quarantinedrow", "retry_quarantinedrow")

    retry(client, row)

    assert row.next_attempt_at is not None


def test_who_may_only_look_cannot_have_a_row_retried(client: Client, row: QuarantinedRow) -> None:
    staff(client, "view_quarantinedrow")

    retry(client, row)

    assert row.next_attempt_at is None


def test_the_page_of_the_jobs_says_how_each_stands(client: Client, run: JobRun) -> None:
    JobRun.objects.create(
        job="check_invariants",
        started_at=NOON - timedelta(days=3),
        finished_at=NOON - timedelta(days=3),
        at=NOON,
        outcome=Outcome.FAILED,
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
        outcome=Outcome.FAILED,
        host="here",
        database="this",
    )
    staff(client, "view_jobrun")

    page = client.get(reverse("admin:jobs_jobrun_changelist")).text

    assert "Check the accounts" in page
    assert "daily at 05:00" in page
    assert "every 30 seconds" in page
    assert "Late" in page
    assert "Failed" in page
    assert "Retry now" not in page


def test_a_row_of_the_quarantine_is_retried_from_the_page_of_the_jobs(client: Client, row: QuarantinedRow) -> None:
    staff(client, "view_jobrun", "view_quarantinedrow", "retry_quarantinedrow")
    link = reverse("admin:jobs_quarantinedrow_retry_now", args=[row.pk])

    page = client.get(reverse("admin:jobs_jobrun_changelist")).text
    asked = client.get(link)
    client.post(link, {"confirmed": "yes"})

    assert link in page
    assert "will try this row again" in asked.text
    row.refresh_from_db()
    assert row.next_attempt_at is not None


def test_who_may_only_look_finds_no_way_to_retry(client: Client, row: QuarantinedRow) -> None:
    staff(client, "view_jobrun", "view_quarantinedrow")
    link = reverse("admin:jobs_quarantinedrow_retry_now", args=[row.pk])

    assert link not in client.get(reverse("admin:jobs_jobrun_changelist")).text
    assert client.post(link, {"confirmed": "yes"}).status_code == 403


def test_the_page_of_the_jobs_costs_the_same_for_three_rows_and_for_thirty(client: Client) -> None:
    staff(client, "view_jobrun", "view_quarantinedrow", "retry_quarantinedrow")

    def fill(numbers: range) -> None:
        for number in numbers:
            JobRun.objects.create(job="check_invariants", started_at=NOON, at=NOON, host="here", database="this")
            QuarantinedRow.objects.create(job="sell", row=f"orders.order:{number}", first_failed_at=NOON)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("admin:jobs_jobrun_changelist"))
        return len(queries)

    fill(range(3))
    few = cost()
    fill(range(3, 30))

    assert cost() == few <= 20
