"""Receivers of webhooks and what was sent to them, in the admin."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from integrations.models import EventType
from tests.helpers.database.text_columns import columns_with
from tests.helpers.factories import a_cinema
from tests.helpers.fakes.webhook_receiver import a_webhook, an_endpoint
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_a_new_secret_is_shown_once_and_stands_beside_its_receiver_only() -> None:
    endpoint = an_endpoint("https://hooks.example/x")
    client = browser(someone("owner", all_cinemas=True))

    page = client.post(
        reverse("admin:integrations_webhookendpoint_renew", args=[endpoint.pk]), {"confirmed": "yes"}, follow=True
    )

    endpoint.refresh_from_db()
    assert endpoint.secret in page.text
    assert columns_with([endpoint.secret.lower()]) == {"integrations_webhookendpoint.secret"}


def test_a_new_receiver_gets_all_events_unless_some_are_left_out() -> None:
    page = browser(someone("owner", all_cinemas=True)).get(reverse("admin:integrations_webhookendpoint_add"))

    assert page.context["adminform"].form["types"].value() == EventType.values


def test_what_was_sent_of_another_cinema_is_not_found() -> None:
    delivery = a_webhook()
    client = browser(someone("owner", a_cinema()))

    assert client.get(reverse("admin:integrations_webhookdelivery_change", args=[delivery.pk])).status_code == 404


def test_times_are_those_of_the_cinema() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    a_webhook(cinema=a_cinema(time_zone="Asia/Omsk"), status="SENT", at=at, sent_at=at + timedelta(minutes=1))

    page = browser(someone("owner", all_cinemas=True)).get(reverse("admin:integrations_webhookdelivery_changelist"))

    shown = re.findall(r"2 March( 2026)? (15:0\d) UTC\+6", page.text)
    assert [time for _year, time in shown] == ["15:00", "15:01"]
