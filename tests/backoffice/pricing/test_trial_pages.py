from datetime import timedelta

import pytest
from django.urls import reverse

from cinema import clock
from pricing.models import PricingMode, SessionForecast
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session, business_state
from tests.helpers.forecasts import a_forecast
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
PREVIEW, SIMULATION = "admin:pricing_preview", "admin:pricing_simulation"


@pytest.fixture
def session(monkeypatch):
    """A screening of yesterday, for which many were expected and of which half of the seats were sold."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    session = a_session(a_hall(a_cinema()), start=NOON - DAY)
    a_paid_order(session, seats=6, at=NOON - 3 * DAY)
    a_paid_order(session, seats=4, at=NOON - 2 * DAY)
    a_forecast(session, horizon=7)
    SessionForecast.objects.update(unaided=60.0, made_at=NOON - 8 * DAY)
    return session


@pytest.fixture
def client(session):
    return browser(someone("cinema_manager", session.hall.cinema))


def test_a_manager_sees_what_adaptive_prices_would_have_made_of_past_screenings(session, client):
    before = business_state()

    page = client.get(reverse(PREVIEW))

    takings, chart, each = page.context_data["parts"]
    assert [row["what"] for row in takings.rows][:3] == ["At the list price", "At adaptive prices", "Gain"]
    assert [(row["tickets"], row["made"]) for row in each.rows] == [(10, 3500)]
    assert len(chart.table.rows) == 1
    assert business_state() == before


def test_the_preview_begins_with_the_bounds_of_the_cinemas_mode(session, client):
    PricingMode.objects.create(cinema=session.hall.cinema, highest_percent=110, step="5.00", since=NOON)

    page = client.get(reverse(PREVIEW))

    assert page.context_data["form"].mode().highest_percent == 110
    assert page.context_data["parts"][2].rows[0]["prices"].split("– ")[1].startswith("385")


def test_one_screening_shows_how_its_price_would_have_moved(session, client):
    page = client.get(reverse(PREVIEW), {"session": session.pk})

    seen, _takings, prices, seats, _seats = page.context_data["parts"]
    assert seen.rows == [{"list": 350, "tickets": 10, "made": 3500}]
    assert len(prices.table.rows) == len(seats.table.rows) > 5
    assert list(seats.table.rows)[-1][0] == 0


def test_the_page_of_a_past_screening_leads_to_it(session, client):
    page = client.get(reverse("admin:screenings_session_change", args=[session.pk]))

    assert f"{reverse(PREVIEW)}?session={session.pk}" in page.content.decode()


def test_other_cinemas_screenings_and_such_to_come_are_not_found(session, client):
    coming = a_session(session.hall, start=NOON + DAY)

    codes = [client.get(reverse(PREVIEW), {"session": key}).status_code for key in (a_session().pk, coming.pk, "x")]

    assert codes == [404, 404, 404]


def test_a_made_up_screening_is_simulated_within_the_bounds_asked_for(client):
    values = {"price": "400", "seats": "100", "expected": "200", "curve": "late", "days": "5", "highest_percent": "120"}

    page = client.get(reverse(SIMULATION), values)

    takings, prices, seats, _seats = page.context_data["parts"]
    gained = list(takings.rows)[2]
    assert gained["low"] <= gained["mean"] <= gained["high"]
    assert max(row[-1] for row in prices.table.rows) <= 480
    assert next(iter(seats.table.rows))[0] == 5


def test_wrong_values_are_said_and_nothing_is_simulated(client):
    for name in (PREVIEW, SIMULATION):
        page = client.get(reverse(name), {"lowest_percent": "200"})

        assert "parts" not in page.context_data
        assert "less than or equal to 100" in page.content.decode()


def test_bar_staff_see_neither_page(session):
    client = browser(someone("bar", session.hall.cinema))

    assert [client.get(reverse(name)).status_code for name in (PREVIEW, SIMULATION)] == [403, 403]


def test_the_pages_of_modes_lead_to_both(session, client):
    mode = PricingMode.objects.create(cinema=session.hall.cinema, since=NOON)

    pages = [
        client.get(reverse("admin:pricing_pricingmode_changelist")),
        client.get(reverse("admin:pricing_pricingmode_change", args=[mode.pk])),
    ]

    for page in pages:
        assert reverse(PREVIEW) in page.content.decode()
        assert reverse(SIMULATION) in page.content.decode()
