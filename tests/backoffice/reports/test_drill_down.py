"""From each row of takings and of the film rank to exactly the tickets that it counts."""

from datetime import timedelta
from itertools import product
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import call_command
from django.urls import reverse

from cinema import clock
from orders.services import refund
from reports.catalogue.takings import DIMENSIONS
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_promocode, a_session
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=1))


def sold(cinema) -> None:
    """Orders of some days: with a promo code, of two films, after midnight, of tomorrow, and one that was refunded."""
    hall = a_hall(cinema)
    for days, seats in ((9, 2), (2, 1), (1, 3)):
        a_paid_order(a_session(hall, start=NOON - days * DAY), seats=seats, at=NOON - (days + 1) * DAY)
    a_paid_order(
        a_session(hall, start=NOON - 2 * DAY + timedelta(hours=11), minutes=90), seats=4, at=NOON - 3 * DAY,
        promocode=a_promocode(),
    )  # fmt: skip
    evening = a_session(a_hall(cinema), start=NOON + timedelta(hours=5))
    a_paid_order(evening, seats=2)
    refund(a_paid_order(evening, seats=1), reason="Ill", at=NOON)
    a_paid_order(a_session(hall, start=NOON + DAY), seats=5)


def rows_of(client, **chosen) -> list:
    return list(client.get(reverse("admin:reports_takings"), chosen).context["parts"][-1].rows)


def test_each_row_leads_to_the_tickets_that_it_counts():
    cinema, other = a_cinema(), a_cinema()
    for each in (cinema, other):
        sold(each)
    call_command("close_business_day", at=NOON)
    client = browser(someone("cinema_manager", cinema, other))

    for by, chosen in product(DIMENSIONS, ({"cinema": cinema.pk}, {"cinema": ""})):
        rows = rows_of(client, by=by, first="2026-10-27", last="2026-11-05", **chosen)

        assert sum(row["admissions"] for row in rows) == 12 * (1 if chosen["cinema"] else 2), by
        for row in rows:
            answer = client.get(row["group"].url)
            assert answer.status_code == 200
            assert answer.context["cl"].result_count == row["admissions"], row["group"].url


def test_rows_of_one_film_lead_to_its_tickets():
    cinema = a_cinema()
    sold(cinema)
    call_command("close_business_day", at=NOON)
    client = browser(someone("cinema_manager", cinema))
    film = next(
        row for row in rows_of(client, by="film", first="2026-10-27", last="2026-11-05") if row["admissions"] == 4
    )

    [row] = rows_of(client, by="day", film=film["key"], first="2026-10-27", last="2026-11-05")

    assert client.get(row["group"].url).context["cl"].result_count == row["admissions"] == 4


def test_films_of_the_rank_lead_to_their_tickets():
    cinema = a_cinema()
    sold(cinema)
    call_command("close_business_day", at=NOON)
    client = browser(someone("cinema_manager", cinema))

    answer = client.get(reverse("admin:reports_films"), {"first": "2026-10-27", "last": "2026-11-05"})

    rows = list(answer.context["parts"][0].rows)
    assert sum(row["admissions"] for row in rows) > 0
    for row in rows:
        assert client.get(row["film"].url).context["cl"].result_count == row["admissions"]


def test_days_of_different_zones_lead_to_their_cinemas_first():
    near, far = a_cinema(), a_cinema(time_zone="Asia/Kamchatka")
    for each in (near, far):
        sold(each)
    call_command("close_business_day", at=NOON)
    client = browser(someone("owner", all_cinemas=True))
    [row] = rows_of(client, first="2026-11-04", last="2026-11-04")

    where = urlsplit(row["group"].url)
    by_cinema = list(client.get(row["group"].url).context["parts"][-1].rows)

    assert where.path == reverse("admin:reports_takings")
    assert parse_qs(where.query)["by"] == ["cinema"]
    assert [each["key"] for each in by_cinema] == [near.pk, far.pk]
    assert sum(each["admissions"] for each in by_cinema) == row["admissions"] == 10
    for each in by_cinema:
        assert client.get(each["group"].url).context["cl"].result_count == each["admissions"]
    assert all(isinstance(each["group"], str) for each in rows_of(client, by="channel"))


def test_a_link_shows_no_tickets_of_other_cinemas():
    own, foreign = a_cinema(), a_cinema()
    sold(foreign)
    call_command("close_business_day", at=NOON)
    [row] = rows_of(browser(someone("owner", all_cinemas=True)), by="cinema", first="2026-11-04", last="2026-11-04")

    answer = browser(someone("cinema_manager", own)).get(row["group"].url)

    assert answer.context["cl"].result_count == 0
