from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from backoffice.framework.admin_menu import REPORTS
from cinema import clock
from reports.models import BusinessDay
from reports.tables import Link
from screenings.models import Cinema
from tests.helpers.database.plans import reads_of_whole_tables
from tests.helpers.database.replicas import a_replica
from tests.helpers.factories import a_cinema, a_hall, a_paid_order, a_session, an_item
from tests.helpers.shared_rows import rows_of_a_module
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15


@pytest.fixture(scope="module")
def sold(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    with rows_of_a_module(django_db_blocker):
        cinema = a_cinema()
        at = clock.now()
        a_paid_order(
            a_session(a_hall(cinema), start=at + timedelta(minutes=1)), seats=2, snacks=[(an_item(cinema), 1)], at=at
        )
        yield cinema.pk


@pytest.fixture
def own(sold: int, db: None) -> Cinema:
    """A cinema that sold two tickets and a snack for a screening of today."""
    return Cinema.objects.get(pk=sold)


def page(client, name: str, **chosen: object):
    return client.get(reverse(f"admin:reports_{name}"), {key: str(value) for key, value in chosen.items()})


def test_takings_of_today_are_counted_live(own):
    client = browser(someone("cinema_manager", own))

    answer = page(client, "takings")

    today = own.business_date(clock.now())
    [row] = next(part.rows for part in answer.context_data["parts"] if getattr(part, "rows", None))
    figures = [row[column].value for column in ("admissions", "box_office", "bar_takings")]
    assert (row["key"], figures) == (today, [2, 700, 120])
    assert not BusinessDay.objects.exists()


def test_a_manager_sees_nothing_of_another_cinema(own):
    client = browser(someone("cinema_manager", a_cinema()))

    assert [list(part.rows) for part in page(client, "takings").context_data["parts"] if hasattr(part, "rows")] == [[]]
    assert page(client, "takings", cinema=own.pk).context_data["form"].errors.keys() == {"cinema"}


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("role", ["cashier", "bar", "usher", "floor_manager"])
def test_who_may_not_see_figures_gets_none(own, name, role):
    assert page(browser(someone(role, own)), name).status_code == 403


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("name", REPORTS)
def test_a_page_takes_few_queries_however_many_cinemas(own, name, django_assert_max_num_queries):
    client = browser(someone("owner", all_cinemas=True))
    for _ in range(3):
        a_paid_order(a_session(a_hall(a_cinema()), start=clock.now() + timedelta(hours=1)), at=clock.now())

    with django_assert_max_num_queries(MOST_QUERIES):
        assert page(client, name).status_code == 200


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ({"first": "2026-11-05", "last": "2026-11-04"}, "last"),
        ({"first": "2001-01-01", "last": "2026-11-04"}, "first"),
        ({"first": "yesterday"}, "first"),
        ({"cinema": "9" * 30}, "cinema"),
    ],
)
def test_a_period_that_cannot_be_shown_is_refused_in_words(own, entered, field):
    client = browser(someone("owner", all_cinemas=True))

    answer = page(client, "films", **entered)

    assert answer.status_code == 200
    assert list(answer.context_data["form"].errors) == [field]
    assert 'role="alert"' in answer.content.decode()


def test_someone_without_a_cinema_is_told_whom_to_ask():
    answer = page(browser(someone("cinema_manager")), "takings")

    assert "form" not in answer.context_data
    assert "assigned to a cinema" in answer.content.decode()


def compared(client, **chosen: object) -> list[tuple]:
    table = page(client, "takings", **chosen).context_data["parts"][-1]
    columns = ("key", "box_office", "compared", "compared_change")
    cells = ([row.get(column) for column in columns] for row in table.rows)
    return [tuple(cell.value if isinstance(cell, Link) else cell for cell in row) for row in cells]


def test_takings_are_compared_with_another_period_cinema_or_film(own, django_assert_max_num_queries):
    at, other = clock.now(), a_cinema()
    today = own.business_date(at)
    session = a_session(a_hall(other), start=at + timedelta(minutes=1), minutes=95)
    a_paid_order(session, seats=1, at=at - timedelta(hours=1))
    client = browser(someone("cinema_manager", own, other))
    film = own.halls.get().sessions.get().film
    day = {"first": today, "last": today}

    assert compared(client, **day, cinema=own.pk, compare=f"cinema:{other.pk}") == [(today, 700, 350, 100)]
    assert compared(client, **day, cinema="", film=film.pk, compare=f"film:{session.film_id}") == [
        (today, 700, 350, 100)
    ]
    tomorrow = {"first": today + timedelta(days=1), "last": today + timedelta(days=1)}
    assert compared(client, **tomorrow, cinema=own.pk, compare="before") == [(today + timedelta(days=1), 0, 700, -100)]
    in_a_year = {"first": today + timedelta(days=364), "last": today + timedelta(days=364)}
    assert compared(client, **in_a_year, cinema=own.pk, by="month", compare="year") == [
        ((today + timedelta(days=364)).replace(day=1), 0, 700, -100)
    ]
    other_days = {"compare": "dates", "other_first": today - timedelta(days=1), "other_last": today}
    assert compared(client, **in_a_year, cinema=own.pk, **other_days) == [
        (today + timedelta(days=365), 0, 700, -100)  # the second of two days, beside no second day
    ]
    assert compared(client, **tomorrow, cinema=own.pk, compare="dates", other_first=today) == [
        (today + timedelta(days=1), 0, 700, -100)
    ]
    assert compared(client, **day, cinema="", by="channel", compare="before")[0][1:] == (1050, 0, None)
    two_films = {"film": film.pk, "compare": f"film:{session.film_id}"}
    for chosen in ({"compare": f"cinema:{other.pk}"}, {"compare": "before", "by": "film"}, two_films):
        for cinema in ("", own.pk):
            compared(client, **day, cinema=cinema)  # it is chosen, and stored
            with django_assert_max_num_queries(MOST_QUERIES):
                compared(client, **day, cinema=cinema, **chosen)


@pytest.mark.parametrize(
    ("by", "film", "compare", "field"),
    [
        ("cinema", "", "cinema", "compare"),
        ("hall", "", "cinema", "compare"),
        ("channel", "own", "film", "compare"),
        ("day", "", "film", "film"),
        ("day", "", "cinema:0", "compare"),
        ("day", "0", "", "film"),
        ("day", "", "dates", "other_first"),
        ("screening", "", "before", "compare"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(own, by, film, compare, field):
    shown = own.halls.get().sessions.get().film
    keys = {"film": f"film:{shown.pk}", "cinema": f"cinema:{own.pk}"}
    a_cinema()
    client = browser(someone("owner", all_cinemas=True))

    answer = page(
        client, "takings", by=by, film=shown.pk if film == "own" else film, compare=keys.get(compare, compare)
    )

    assert list(answer.context_data["form"].errors) == [field]
    assert 'role="alert"' in answer.content.decode()


def test_rows_by_screening_are_those_of_a_week_at_most(own):
    client = browser(someone("owner", all_cinemas=True))

    answer = page(client, "takings", by="screening", first="2026-10-01", last="2026-10-08")

    assert list(answer.context_data["form"].errors) == ["first"]


def test_an_end_alone_shows_the_week_up_to_it(own):
    answer = page(browser(someone("owner", all_cinemas=True)), "films", last="2026-10-20")

    period = answer.context_data["period"]
    assert (answer.context_data["form"].errors, period.first.isoformat()) == ({}, "2026-10-14")


@pytest.mark.parametrize("name", sorted(REPORTS.keys() - {"files"}))
def test_each_page_says_how_old_the_figures_of_a_replica_are(own, name):
    client = browser(someone("owner", all_cinemas=True))

    with a_replica(timedelta(minutes=3)):
        answer = page(client, name)

    assert "Figures as of " in answer.content.decode()
    assert answer.context_data["period"].at <= clock.now() - timedelta(minutes=3)


def test_a_page_whose_replica_is_far_behind_says_that_it_reads_the_main_database(own):
    with a_replica(timedelta(hours=2)):
        answer = page(browser(someone("owner", all_cinemas=True)), "takings")

    assert "The copy of the database for reports is 120 minutes behind." in answer.content.decode()


@pytest.mark.postgres
@pytest.mark.parametrize("name", sorted(REPORTS.keys() - {"files"}))
def test_an_index_leads_to_the_rows_of_each_page(own, name):
    client = browser(someone("owner", all_cinemas=True))
    Cinema.objects.create(name="In the east", city="Omsk", time_zone="Asia/Omsk")

    with reads_of_whole_tables() as found:
        page(client, name)

    assert found == []
