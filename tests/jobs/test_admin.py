import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from jobs.models import JobRun, QuarantinedRow
from tests.jobs.toys import NOON

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
    client.post(reverse("admin:jobs_quarantinedrow_changelist"), {"action": "retry_now", "_selected_action": [row.pk]})
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

    assert row.next_attempt_at == NOON


def test_who_may_only_look_cannot_have_a_row_retried(client: Client, row: QuarantinedRow) -> None:
    staff(client, "view_quarantinedrow")

    retry(client, row)

    assert row.next_attempt_at is None
