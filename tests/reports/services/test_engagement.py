from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.services import Customer, erase_customer, export_customer_data
from orders.models import Order, Ticket
from orders.services import accrue, refund
from reports.models import (
    CohortFigures,
    CustomerFigures,
    CustomerGroup,
    Daypart,
    Engagement,
    ProfileFigures,
    PromocodeFigures,
    ReminderFigures,
)
from tests.helpers.factories import NOON, PRICE, a_cinema, a_customer, a_hall, a_paid_order, a_promocode, a_session
from tests.helpers.users import someone
from tests.helpers.visits import a_visit

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TABLES = (CustomerFigures, CohortFigures, ProfileFigures, ReminderFigures, PromocodeFigures)
WHOLE = {"cinema": None}


@pytest.fixture
def cinema():
    return a_cinema()


def refresh(at=NOON):
    call_command("refresh_engagement", at=at.isoformat(), stdout=StringIO())


def figures(*columns, **only):
    return sorted(CustomerFigures.objects.filter(**only).values_list(*columns), key=str)


def everything():
    return {
        table.__name__: sorted(
            table.objects.values_list(*(each.attname for each in table._meta.concrete_fields if not each.primary_key)),
            key=str,
        )
        for table in TABLES
    }


def test_a_customer_has_their_visits_money_and_favourites(cinema):
    viewer = a_customer()
    a_visit(viewer, to=cinema, days_ago=400, genre="Drama")
    order = a_visit(viewer, to=cinema, days_ago=40, seats=2, came=False)
    a_visit(viewer, to=a_cinema(), days_ago=10, genre="Comedy")
    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON - DAY)

    refresh()

    columns = ("user", "first_visit", "last_visit", "visits", "year_visits", "tickets", "no_shows", "refunds")
    first, last = date(2025, 10, 1), date(2026, 10, 26)
    assert figures(*columns, **WHOLE) == [(viewer.pk, first, last, 3, 2, 3, 1, 1)]
    assert figures(*columns, cinema=cinema) == [(viewer.pk, first, date(2026, 9, 26), 2, 1, 2, 1, 1)]
    assert figures("spent", "year_spent", "daypart", "genre__name", "favourite_cinema", **WHOLE) == [
        (3 * PRICE, 2 * PRICE, Daypart.AFTERNOON, "Comedy", cinema.pk)
    ]


def test_a_person_is_an_account_with_its_address_or_the_address_of_a_guest(cinema):
    viewer = a_customer()
    a_visit(viewer, to=cinema, days_ago=40)
    a_visit(viewer.email.upper(), to=cinema, days_ago=30)
    a_visit("guest@example.org", to=cinema, days_ago=20)
    latest = a_visit("Guest@Example.org", to=cinema, days_ago=10)
    a_visit(someone("cashier", cinema), to=cinema, days_ago=10)
    a_visit("", to=cinema, days_ago=9)

    refresh()

    assert figures("user", "order", "visits", **WHOLE) == [(viewer.pk, None, 2), (None, latest.pk, 2)]


def test_only_past_screenings_are_visits_and_a_day_is_one_visit(cinema):
    hall = a_hall(cinema)
    a_paid_order(a_session(hall, start=NOON + DAY), email="ahead@example.org")
    a_visit("twice@example.org", to=hall, days_ago=10)
    a_visit("twice@example.org", to=hall, days_ago=10 - 0.2)
    late = a_visit("night@example.org", to=hall, days_ago=10 - 0.4)  # 00:36 by the cinema’s clock
    assert cinema.local(late.tickets.get().session.start_datetime).hour == 0

    refresh()

    assert figures("order__email", "visits", "tickets", "last_visit", "daypart", **WHOLE) == [
        ("night@example.org", 1, 1, date(2026, 10, 26), Daypart.LATE),
        ("twice@example.org", 1, 2, date(2026, 10, 26), Daypart.AFTERNOON),
    ]


@pytest.mark.parametrize(
    ("days_ago", "group", "scores"),
    [
        ([400, 390, 380, 370], CustomerGroup.LAPSED, (1, 1)),
        ([300, 250, 200, 150, 100, 80], CustomerGroup.LOYAL, (4, 4)),
        ([300, 200, 100], CustomerGroup.AT_RISK, (3, 3)),
        ([20, 10], CustomerGroup.NEW, (5, 2)),
        ([200], CustomerGroup.OCCASIONAL, (2, 1)),
    ],
)
def test_each_customer_belongs_to_the_first_group_that_fits(cinema, days_ago, group, scores):
    hall = a_hall(cinema)
    for each in days_ago:
        a_visit("viewer@example.org", to=hall, days_ago=each)

    refresh()

    assert figures("customer_group", "recency", "frequency", **WHOLE) == [(group, *scores)]
    row = ProfileFigures.objects.get(cinema=cinema, kind="GROUP")
    assert (row.key, row.customers, row.visits) == (group, 1, sum(each < 365 for each in days_ago))


def test_value_is_the_fifth_by_what_was_spent_in_a_year(cinema):
    hall = a_hall(cinema)
    for number in range(5):
        a_visit(f"viewer{number}@example.org", to=hall, days_ago=10 + number, seats=number + 1)
    a_visit("long.ago@example.org", to=hall, days_ago=380, seats=9)

    refresh()

    values = dict(figures("order__email", "value", **WHOLE))
    assert [values[f"viewer{number}@example.org"] for number in range(5)] == [2, 3, 4, 5, 5]
    assert values["long.ago@example.org"] == 1


def test_cohorts_count_the_customers_of_each_first_month_by_month(cinema):
    hall = a_hall(cinema)
    for days_ago in (310, 60, 30):
        a_visit("back@example.org", to=hall, days_ago=days_ago)
    a_visit("new@example.org", to=hall, days_ago=29)

    refresh()

    rows = CohortFigures.objects.filter(cinema=cinema).order_by("cohort", "month")
    december, september, october = date(2025, 12, 1), date(2026, 9, 1), date(2026, 10, 1)
    assert list(rows.values_list("cohort", "month", "customers", "won_back")) == [
        (december, december, 1, 0),
        (december, september, 1, 1),
        (december, october, 1, 0),
        (october, october, 1, 0),
    ]


def test_reminded_tickets_are_compared_with_those_that_could_not_be(cinema):
    hall = a_hall(cinema)
    reminded = a_visit("a@example.org", to=hall, days_ago=10, seats=2)
    reminded.tickets.update(reminder_sent_at=NOON - 10 * DAY - 2 * HOUR)
    back = a_visit("d@example.org", to=hall, days_ago=9, came=False)
    back.tickets.update(reminder_sent_at=NOON - 9 * DAY - 2 * HOUR)
    refund(back, lines=list(back.tickets.all()), reason="Ill", at=NOON - 9 * DAY - HOUR)
    Ticket.objects.filter(order=back).update(status="AVAILABLE")
    a_visit("b@example.org", to=hall, days_ago=8, came=False, sold_before=HOUR)
    a_visit("", to=hall, days_ago=7, came=False)
    a_visit("c@example.org", to=hall, days_ago=6)

    refresh()

    rows = ReminderFigures.objects.values_list("kind", "sold", "refunded", "refunded_late", "used", "no_shows")
    assert sorted(rows) == [
        ("LATE", 1, 0, 0, 0, 1),
        ("NO_ADDRESS", 1, 0, 0, 0, 1),
        ("OTHER", 1, 0, 0, 1, 0),
        ("REMINDED", 3, 1, 1, 2, 0),
    ]


def test_a_promocode_brings_back_who_had_not_ordered_for_a_long_time(cinema):
    hall, code = a_hall(cinema), a_promocode()
    a_visit("back@example.org", to=hall, days_ago=300)
    a_visit("back@example.org", to=hall, days_ago=50, promocode=code)
    a_visit("back@example.org", to=hall, days_ago=10)
    a_visit("usual@example.org", to=hall, days_ago=60)
    a_visit("usual@example.org", to=hall, days_ago=40, promocode=code)
    a_visit("new@example.org", to=hall, days_ago=45, promocode=code)

    refresh()

    row = PromocodeFigures.objects.values_list(
        "month", "promocode", "orders", "first_orders", "won_back", "stayed", "spent"
    )
    assert row.get() == (date(2026, 9, 1), code.pk, 3, 1, 1, 1, 315)


def test_the_job_runs_once_a_date_and_replaces_all_figures(cinema):
    a_visit("a@example.org", to=cinema, days_ago=10)
    refresh()
    before = everything()
    a_visit("b@example.org", to=cinema, days_ago=9)

    refresh(NOON + HOUR)
    refresh(NOON - DAY)
    assert everything() == before

    refresh(NOON + DAY)
    assert len(figures("pk", **WHOLE)) == 2
    assert Engagement.objects.values_list("date", "as_of").get() == (date(2026, 11, 6), NOON + DAY)


def test_a_refresh_takes_as_many_queries_for_many_customers_as_for_none(cinema):
    def statements(at):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            refresh(at)
        return len(captured)

    refresh(NOON)
    of_none = statements(NOON + DAY)
    hall = a_hall(cinema)
    for number in range(3):
        a_visit(f"viewer{number}@example.org", to=hall, days_ago=10 + number)

    assert statements(NOON + 2 * DAY) == of_none


@pytest.mark.parametrize("is_guest", [True, False])
def test_an_erased_customer_has_no_figures_and_comes_back_in_no_refresh(cinema, is_guest):
    viewer, hall = a_customer(), a_hall(cinema)
    a_visit(viewer, to=hall, days_ago=20)
    a_visit("guest@example.org", to=hall, days_ago=10)
    refresh()
    erased = Customer.known_by("guest@example.org" if is_guest else viewer.email)
    accrue(Order.objects.to_accrue(NOON), at=NOON)
    assert len(export_customer_data(erased, at=NOON)["figures"]["customerfigures"]) == 2

    erase_customer(erased, at=NOON)

    left = {True: [(viewer.pk, None)], False: [(None, Order.objects.latest("pk").pk)]}[is_guest]
    assert figures("user", "order", **WHOLE) == left
    refresh(NOON + DAY)
    assert figures("user", "order", **WHOLE) == left
