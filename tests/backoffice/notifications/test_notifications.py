"""The page of notifications."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from notifications.models import Notification, Status
from tests.helpers.factories import NOON, a_cinema
from tests.helpers.fakes.mail import queued, statuses
from tests.helpers.pages.admin_pages import staff_with
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

LIST = "admin:notifications_notification_changelist"


def send_again(client: Client) -> Any:
    keys = [str(key) for key in Notification.objects.values_list("pk", flat=True)]
    return client.post(reverse(LIST), {"action": "send_again", "_selected_action": keys})


def test_the_list_shows_failed_messages_with_their_error() -> None:
    queued()
    Notification.objects.update(status=Status.FAILED, error="SMTPRecipientsRefused 550")

    page = staff_with("view_notification").get(reverse(LIST), {"status__exact": "FAILED"})

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


def test_times_are_in_the_time_zone_of_the_messages_cinema_or_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cinema.local_time.timezone.now", lambda: NOON)
    cinema = a_cinema(time_zone="Asia/Vladivostok")
    queued(2)
    Notification.objects.update(created_at=NOON)
    Notification.objects.filter(recipient="guest0@example.com").update(cinema=cinema)

    page = browser(someone("owner", all_cinemas=True)).get(reverse(LIST)).text

    assert ">5 November 22:00 UTC+10<" in page
    assert ">5 November 15:00<" in page


def test_people_see_the_messages_of_their_own_cinemas_only() -> None:
    mine, other = a_cinema(), a_cinema()
    queued(3)
    for recipient, cinema in (("guest0@example.com", mine), ("guest1@example.com", other)):
        Notification.objects.filter(recipient=recipient).update(cinema=cinema)

    client = browser(someone("cinema_manager", mine))

    listed = client.get(reverse(LIST)).context_data["cl"].result_list
    assert [message.recipient for message in listed] == ["guest0@example.com"]
    foreign = Notification.objects.get(recipient="guest1@example.com")
    assert client.get(reverse("admin:notifications_notification_change", args=[foreign.pk])).status_code == 404


def test_links_and_codes_are_not_shown() -> None:
    queued()
    Notification.objects.update(
        context={
            "number": "ABCDEFGH",
            "codes": [["A-1-2", "SECRETCODE"]],
            "link": "SECRETLINK",
            "pickup_code": "SECRETSNACK",
        }
    )

    page = staff_with("view_notification").get(
        reverse("admin:notifications_notification_change", args=[Notification.objects.latest("pk").pk])
    )

    assert "ABCDEFGH" in page.text
    assert "SECRET" not in page.text
