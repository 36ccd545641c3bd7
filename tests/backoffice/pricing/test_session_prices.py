"""The price on the page of a screening: now, frozen, and compared with the list price."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cinema import clock
from pricing.models import PriceFreeze, PricingMode
from tests.helpers.factories import a_paid_order, a_session
from tests.helpers.screening_rows import a_price_quote
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(now):
    return a_session(start=now + timedelta(days=2))


@pytest.fixture
def now():
    return clock.now()


def page_of(session):
    manager = someone("cinema_manager", session.hall.cinema)
    return browser(manager), reverse("admin:screenings_session_change", args=[session.pk])


def test_the_page_of_a_screening_says_its_price_and_what_the_list_price_would_have_made(session, now):
    client, link = page_of(session)
    before = client.get(link).text
    a_price_quote(session, "380.00", at=now)
    a_paid_order(session, at=now)

    after = client.get(link).text.replace("\N{NO-BREAK SPACE}", " ")

    assert "the list price" in before
    assert "bounds 280 ₽ to 455 ₽" in after
    assert "1 ticket at an adaptive price: 380 ₽. The same ticket at the list price: 350 ₽ (+30 ₽)." in after


def test_a_manager_freezes_a_price_with_a_reason_that_the_page_shows(session):
    client, link = page_of(session)
    action = reverse("admin:screenings_session_freeze_price", args=[session.pk])

    without = client.post(action, {"reason": ""})
    answer = client.post(action, {"reason": "Announced in the paper"})

    assert (without.status_code, answer.status_code) == (200, 302)
    assert "Announced in the paper" in client.get(link).text
    assert PriceFreeze.objects.get().actor.email in client.get(link).text


def test_a_mode_of_a_screening_elsewhere_is_refused(session):
    client, _link = page_of(session)
    given = {"cinema": session.hall.cinema_id, "session": a_session().pk, "mode": "ADAPTIVE", "step": "10"}
    given |= {"lowest_percent": "80", "highest_percent": "130", "daily_percent": "20"}

    refused = client.post(reverse("admin:pricing_pricingmode_add"), given)
    made = client.post(reverse("admin:pricing_pricingmode_add"), {**given, "session": session.pk})

    assert (refused.status_code, made.status_code) == (200, 302)
    assert PricingMode.objects.get().session == session
