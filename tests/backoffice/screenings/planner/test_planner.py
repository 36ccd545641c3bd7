"""The week planner: what the week shows, drafts that are added, moved and deleted, and who may do it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from screenings.models import Film, Hall, PlannedSession, PriceList, PriceRow
from screenings.services import draft
from tests.helpers import factories
from tests.helpers.factories import NOON, PRICE
from tests.helpers.forecasts import a_forecast
from tests.helpers.pages.admin_pages import query_count
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

PLANNER, MOVE = "admin:screenings_plannedsession_planner", "admin:screenings_plannedsession_move"
ADD = "admin:screenings_plannedsession_add"
EVENING = datetime(2026, 11, 13, 16, tzinfo=UTC)  # Friday 19:00 in Moscow, next week


@pytest.fixture
def film() -> Film:
    return Film.objects.create(title="Stalker", duration_minutes=160)


def planned(hall: Hall, film: Film, start: datetime = EVENING) -> PlannedSession:
    return draft(film=film, hall=hall, start=start, ticket_price=PRICE, at=NOON)


def test_next_week_shows_sessions_drafts_and_what_is_expected(hall: Hall, film: Film) -> None:
    session = factories.a_session(hall, start=EVENING + timedelta(hours=4))
    factories.a_paid_order(session, seats=2)
    a_forecast(session, mean=12.4)
    planned(hall, film)

    page = browser(someone("cinema_manager", hall.cinema)).get(reverse(PLANNER)).text

    for text in ("19:00–21:50", "Stalker", "1 draft", "23:00–01:00", "2 of 8", "6–12–18"):
        assert text in page, text


def test_the_week_begins_on_the_day_of_the_cinema(hall: Hall, film: Film) -> None:
    planned(hall, film)
    hall.cinema.week_starts_on = 0
    hall.cinema.save()
    client = browser(someone("cinema_manager", hall.cinema))

    assert "Stalker" in client.get(reverse(PLANNER), {"week": "2026-11-09"}).text
    assert "Stalker" in client.get(reverse(PLANNER), {"week": "2026-11-15"}).text
    assert "Stalker" not in client.get(reverse(PLANNER), {"week": "2026-11-16"}).text


def test_a_draft_is_added_with_the_price_of_its_row(hall: Hall, film: Film) -> None:
    versions = PriceList.objects.create(cinema=hall.cinema, valid_from=NOON.date(), published_at=NOON)
    PriceRow.objects.create(price_list=versions, name="Evenings", price=450)
    client = browser(someone("cinema_manager", hall.cinema))
    link = reverse(ADD) + f"?hall={hall.pk}&at={int(EVENING.timestamp())}"
    form = client.get(link).context["adminform"].form
    assert [str(form.initial[name]) for name in ("hall", "day", "time")] == [str(hall.pk), "2026-11-13", "19:00:00"]

    answer = client.post(
        link,
        {"film": film.pk, "hall": hall.pk, "day": "2026-11-13", "time": "19:00", "format": "2D", "language": "ru"},
        follow=True,
    )

    row = PlannedSession.objects.get()
    assert (row.start_datetime, row.ticket_price) == (EVENING, 450)
    assert "“Evenings”" in answer.text
    assert answer.redirect_chain[-1][0].endswith(f"?cinema={hall.cinema.pk}&week=2026-11-12#day-2026-11-13")


def test_a_form_that_meets_another_draft_says_which(hall: Hall, film: Film) -> None:
    planned(hall, film)
    entered = {"film": film.pk, "hall": hall.pk, "day": "2026-11-13", "time": "20:00", "format": "2D",
               "language": "ru", "ticket_price": "350"}  # fmt: skip

    answer = browser(someone("cinema_manager", hall.cinema)).post(reverse(ADD), entered)

    assert "is busy: Stalker" in answer.text
    assert PlannedSession.objects.count() == 1


def test_a_draft_is_moved_by_its_form(hall: Hall, film: Film) -> None:
    row = planned(hall, film)
    other = factories.a_hall(hall.cinema)
    entered = {"film": film.pk, "hall": other.pk, "day": "2026-11-14", "time": "12:30", "format": "2D",
               "language": "ru", "ticket_price": "350.00"}  # fmt: skip
    address = reverse("admin:screenings_plannedsession_change", args=[row.pk])

    browser(someone("cinema_manager", hall.cinema)).post(address, entered, follow=True)

    row.refresh_from_db()
    assert (row.hall, row.start_datetime) == (other, datetime(2026, 11, 14, 9, 30, tzinfo=UTC))
    assert row.history.count() == 2


def test_a_draft_is_moved_by_dragging(hall: Hall, film: Film) -> None:
    row = planned(hall, film)
    start = EVENING + timedelta(hours=1, minutes=4)
    client = browser(someone("cinema_manager", hall.cinema))

    answer = client.post(reverse(MOVE), {"draft": row.pk, "hall": hall.pk, "start": int(start.timestamp())})

    row.refresh_from_db()
    assert row.start_datetime == EVENING + timedelta(hours=1, minutes=5)
    assert answer.status_code == 302


@pytest.mark.parametrize("wrong", [{"draft": "x"}, {"hall": "0"}, {"start": ""}, {"start": "9" * 30}, {"start": "-1"}])
def test_nonsense_moves_nothing(hall: Hall, film: Film, wrong: dict[str, Any]) -> None:
    row = planned(hall, film)
    entered = {"draft": row.pk, "hall": hall.pk, "start": int(EVENING.timestamp()) + 3600} | wrong

    answer = browser(someone("cinema_manager", hall.cinema)).post(reverse(MOVE), entered)

    row.refresh_from_db()
    assert answer.status_code == 404
    assert row.start_datetime == EVENING


def test_drafts_of_other_cinemas_and_roles_are_out_of_reach(hall: Hall, film: Film) -> None:
    row = planned(hall, film)
    stranger = browser(someone("cinema_manager", factories.a_cinema()))
    cashier = browser(someone("cashier", hall.cinema))
    entered = {"draft": row.pk, "hall": hall.pk, "start": int(EVENING.timestamp()) + 3600}

    answers = [
        stranger.post(reverse(MOVE), entered).status_code,
        stranger.get(reverse("admin:screenings_plannedsession_change", args=[row.pk])).status_code,
        stranger.get(reverse(PLANNER), {"cinema": hall.cinema.pk}).status_code,
        cashier.post(reverse(MOVE), entered).status_code,
        cashier.get(reverse(PLANNER)).status_code,
    ]

    assert answers == [404, 404, 404, 403, 403]
    row.refresh_from_db()
    assert row.start_datetime == EVENING


@pytest.mark.slow
def test_a_full_week_of_twelve_halls_costs_as_many_queries_as_one_session(film: Film) -> None:
    cinema = factories.a_cinema()
    halls = [factories.a_hall(cinema, rows=["ss"]) for _number in range(12)]
    factories.a_session(halls[0], start=EVENING)
    planned(halls[1], film)
    client = browser(someone("cinema_manager", cinema))
    few = query_count(client, reverse(PLANNER))
    for number, hall in enumerate(halls):
        for day in range(4):
            planned(hall, film, EVENING + timedelta(days=day, hours=5))
        factories.a_session(hall, start=EVENING + timedelta(hours=9 + number % 2))

    assert query_count(client, reverse(PLANNER)) == few
