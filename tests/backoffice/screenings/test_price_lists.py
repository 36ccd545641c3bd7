"""Pages of price lists, and the price that a new screening takes from them."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.urls import reverse

from screenings.models import Hall, PriceList, PriceRow, Session
from tests.helpers import factories
from tests.helpers.screening_rows import a_price_list
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

NO_PARTS = {
    f"{part}-{name}": "0" for part in ("ticket_types", "surcharges") for name in ("TOTAL_FORMS", "INITIAL_FORMS")
}


def test_a_row_is_added_to_a_draft_with_its_conditions_and_ticket_types(hall: Hall) -> None:
    draft = PriceList.objects.create(cinema=hall.cinema, valid_from=date(2026, 12, 1))
    client, adult = browser(someone("cinema_manager", hall.cinema)), factories.an_adult()
    given = {"price_list": draft.pk, "position": "10", "name": "Weekend", "price": "450", "weekdays": ["5", "6"]}
    given |= {"starts_from": "18:00", **NO_PARTS, "ticket_types-TOTAL_FORMS": "1"}
    given |= {"ticket_types-0-ticket_type": adult.pk, "ticket_types-0-percent": "90"}

    answer = client.post(reverse("admin:screenings_pricerow_add"), given)
    page = client.get(reverse("admin:screenings_pricelist_change", args=[draft.pk]))

    assert answer["Location"] == reverse("admin:screenings_pricelist_change", args=[draft.pk])
    row = PriceRow.objects.get()
    assert (row.weekdays, row.starts_from, row.ticket_types.get().percent) == ("56", time(18), 90)
    assert "Sat, Sun · from 18:00" in page.text
    assert "Adult: 90 %" in page.text


def test_a_published_price_list_cannot_be_changed(hall: Hall) -> None:
    price_list = a_price_list(hall.cinema, ("All", "350", {}))
    client, row = browser(someone("cinema_manager", hall.cinema)), price_list.rows.get()
    given = {"price_list": price_list.pk, "position": "10", "name": "All", "price": "1", **NO_PARTS}

    changed = client.post(reverse("admin:screenings_pricerow_change", args=[row.pk]), given)
    added = client.post(reverse("admin:screenings_pricerow_add"), given)

    assert changed.status_code == 403
    assert "published already" in added.text
    assert PriceRow.objects.get().price == Decimal("350.00")


def test_a_screening_without_a_price_takes_it_from_the_list_and_says_which_row_gave_it(hall: Hall) -> None:
    film = factories.a_session(factories.a_hall()).film
    a_price_list(hall.cinema, ("Evening", "480", {"starts_from": time(18)}))
    client, link = (
        browser(someone("cinema_manager", hall.cinema)),
        reverse("admin:screenings_cinema_schedule", args=[hall.cinema_id]),
    )
    given = {"film": film.pk, "hall": hall.pk, "day": "2026-11-06", "time": "21:00", "format": "2D"}

    shown = client.post(link, given)
    added = client.post(link, {**given, "ticket_price": "480.00"})
    without = client.post(link, {**given, "time": "10:00"})

    assert "from the row “Evening” of the price list" in shown.text
    assert 'value="480.00"' in shown.text
    assert added.status_code == 302
    assert "No row of a price list fits this screening" in without.text
    session = Session.objects.get(hall=hall)
    assert (session.ticket_price, session.price_row.name) == (Decimal("480.00"), "Evening")


def test_the_preview_names_what_will_cost_something_else_and_counts_the_rest(hall: Hall) -> None:
    draft = PriceList.objects.create(cinema=hall.cinema, valid_from=date(2026, 11, 6))
    draft.rows.create(name="Evening", price=Decimal(480), starts_from=time(18), position=1)
    draft.rows.create(name="All", price=factories.PRICE, position=2)
    for hour in (9, 12, 18):
        factories.a_session(hall, start=datetime(2026, 11, 6, hour, tzinfo=UTC))

    page = browser(someone("cinema_manager", hall.cinema)).get(
        reverse("admin:screenings_pricelist_publish", args=[draft.pk])
    )

    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert text.count("→") == 1
    assert "350 ₽ → 480 ₽ (Evening)" in text
    assert "2 screenings with the same price" in text
