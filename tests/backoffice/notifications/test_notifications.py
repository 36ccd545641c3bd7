"""The page of notifications."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from notifications.models import Notification, Status
from tests.helpers.admin_pages import staff_with
from tests.helpers.cinema_fixtures import create_rows_of_chain
from tests.helpers.factories import NOON, a_cinema
from tests.helpers.fake_mail import queued, statuses
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

LIST = "admin:notifications_notification_changelist"


def send_again(client: Client) -> Any:
    keys = [str(key) for key in Notification.objects.values_list("pk", flat=True)]
    return client.post(reverse(LIST), {"action": "send_again", "_selected_action": keys})


def test_the_list_shows_failed_messages_with_their_error() -> None:
    queued()
    Notification.objects.update(status=Status.FAILED, error="SMTPRecipientsRefused 550")

    page = staff_with("view_notification").get(reverse(LIST), {"status": "FAILED"})

    assert page.status_code == 200
    assert "guest0@example.com" in page.text
    assert "SMTPRecipientsRefused 550" in page.text


def test_only_failed_messages_are_sent_again() -> None:
    queued(2)
    Notification.objects.filter(recipient="guest0@example.com").update(status=Status.FAILED, attempts=8)
    Notification.objects.filter(recipient="guest1@example.com").update(status=Status.SENT, attempts=1)

    page = send_again(staff_with("view_notification", "resend_notification"))

    assert page.status_code == 302
    assert statuses() == [Status.QUEUED, Status.SENT]


def test_sending_again_needs_the_permission() -> None:
    queued()
    Notification.objects.update(status=Status.FAILED)

    send_again(staff_with("view_notification"))

    assert statuses() == [Status.FAILED]


def test_messages_cannot_be_added_changed_or_deleted() -> None:
    [row] = queued()
    client = staff_with("view_notification", "add_notification", "change_notification", "delete_notification")

    assert client.get(reverse("admin:notifications_notification_add")).status_code == 403
    assert client.post(reverse("admin:notifications_notification_delete", args=[row.pk])).status_code == 403
    page = client.get(reverse("admin:notifications_notification_change", args=[row.pk]))
    assert page.status_code == 200
    assert 'name="recipient"' not in page.text


@pytest.mark.parametrize(
    ("zones", "shown"),
    [
        (["Asia/Vladivostok"], "5 November 22:00 UTC+10"),
        (["Asia/Vladivostok", "Asia/Vladivostok"], "5 November 22:00 UTC+10"),
        (["Asia/Vladivostok", "Asia/Omsk"], "5 November 15:00"),
        ([], "5 November 15:00"),
    ],
)
def test_times_are_in_the_time_zone_of_the_readers_cinemas_or_of_the_server(
    monkeypatch: pytest.MonkeyPatch, zones: list[str], shown: str
) -> None:
    monkeypatch.setattr("cinema.local_time.timezone.now", lambda: NOON)
    reader = someone("cinema_manager", *(a_cinema(time_zone=zone) for zone in zones))
    create_rows_of_chain()

    assert f">{shown}<" in browser(reader).get(reverse(LIST)).text


def test_ticket_codes_are_not_shown() -> None:
    queued()
    Notification.objects.update(context={"number": "ABCDEFGH", "codes": [["ABCDEFGH-1-2", "SECRETCODE"]]})

    page = staff_with("view_notification").get(
        reverse("admin:notifications_notification_change", args=[Notification.objects.latest("pk").pk])
    )

    assert "ABCDEFGH" in page.text
    assert "SECRETCODE" not in page.text
