"""Putting seats back on sale on the page of seat outages."""

from datetime import timedelta

import pytest
from django.urls import reverse

from screenings.models import Hall
from screenings.services import start_outage
from tests.helpers.factories import NOON
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def test_putting_a_seat_back_on_sale_needs_the_permission(hall: Hall) -> None:
    [outage] = start_outage([hall.seats.first()], since=NOON - HOUR, reason="Wet")
    link = reverse("admin:screenings_seatoutage_put_back", args=[outage.pk])

    refused = browser(someone("usher", hall.cinema)).post(link)
    answer = browser(someone("floor_manager", hall.cinema)).post(link)

    assert (refused.status_code, answer.status_code) == (403, 302)
    outage.refresh_from_db()
    assert outage.until == NOON
