"""Taking seats off sale on the page of a hall."""

import pytest
from django.urls import reverse

from screenings.models import Hall, SeatOutage
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.pages.admin_pages import run_previewed_action
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_seats_are_taken_off_sale_after_showing_the_affected_orders(hall: Hall) -> None:
    session = factories.a_session(hall)
    order = factories.a_paid_order(session)
    given = {"row_number": "1", "numbers": "1-2", "since": "2026-11-05T15:00", "until": "", "reason": "Wet"}
    link = reverse("admin:screenings_hall_take_out", args=[hall.pk])
    client = browser(someone("floor_manager", hall.cinema))

    missing = client.post(link, {**given, "numbers": "1-9"})
    nonsense = client.post(link, {**given, "numbers": "all"})
    shown = client.post(link, given)
    answer = run_previewed_action(client, link, given)
    refused = browser(someone("cashier", hall.cinema)).post(link, given)
    foreign = browser(someone("owner", factories.a_cinema())).post(link, given)

    assert "Row 1 has no seat 5, 6, 7, 8, 9" in missing.text
    assert "Enter numbers" in nonsense.text
    assert order.number in shown.text
    assert (answer.status_code, refused.status_code, foreign.status_code) == (302, 403, 404)
    assert SeatOutage.objects.filter(since=NOON, until=None, reason="Wet").count() == 2
    page = client.get(reverse("admin:screenings_hall_change", args=[hall.pk])).text
    assert "<title>row 1, seat 1, Standard, off sale: Wet</title>" in page
