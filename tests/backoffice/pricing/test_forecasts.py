from datetime import timedelta

import pytest
from django.urls import reverse

from cinema import clock
from tests.helpers.factories import NOON, a_cinema, a_hall, a_session
from tests.helpers.forecasts import a_forecast, counted
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(monkeypatch):
    """A cinema with a screening of yesterday, which was forecast a week before."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    session = a_session(a_hall(a_cinema()), start=NOON - timedelta(days=1))
    counted(session, admissions=10)
    a_forecast(session, horizon=7)
    return session.hall.cinema


def test_a_manager_sees_the_accuracy_for_the_own_cinema(own):
    people = [someone("cinema_manager", own), someone("owner", a_cinema())]

    pages = [browser(person).get(reverse("admin:pricing_accuracy")) for person in people]

    assert [len(page.context_data["parts"][1].rows) for page in pages] == [1, 0]


def test_bar_staff_see_no_forecasts(own):
    assert browser(someone("bar", own)).get(reverse("admin:pricing_accuracy")).status_code == 403


def test_the_list_tells_what_came_and_a_forecast_its_reasons(own):
    client = browser(someone("cinema_manager", own))
    row = own.halls.get().sessions.get().forecasts.get()

    listed = client.get(reverse("admin:pricing_sessionforecast_changelist")).content.decode()
    page = client.get(reverse("admin:pricing_sessionforecast_change", args=[row.pk])).content.decode()

    assert "12 (6–18)" in listed
    assert "Sold by then: 3 tickets, 0.5 days before the start." in page
