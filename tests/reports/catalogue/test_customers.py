from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command

from orders.services import refund
from reports.catalogue import customers
from reports.errors import ChooseOneCinema
from reports.models import Campaign, CampaignOrder, CampaignVisits
from reports.reading import Period
from tests.helpers.factories import NOON, PRICE, a_cinema, a_hall, a_promocode, a_session, an_order
from tests.helpers.visits import a_visit

pytestmark = pytest.mark.django_db

YEAR = (date(2025, 11, 6), date(2026, 11, 5))
SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (9, 10, 11))


@pytest.fixture
def cinema():
    """One customer came in September and October, another in October, an unknown one in October."""
    cinema = a_cinema()
    hall = a_hall(cinema)
    a_visit("often@example.org", to=hall, days_ago=50, genre="Drama")
    a_visit("often@example.org", to=hall, days_ago=20, genre="Drama")
    a_visit("once@example.org", to=hall, days_ago=18, genre="Comedy", came=False)
    a_visit("", to=hall, days_ago=16)
    call_command("refresh_engagement", at=NOON.isoformat())
    return cinema


def period(*cinemas):
    return Period(cinemas, *YEAR, NOON)


def columns(table, *keys):
    return [tuple(row[key] for key in keys) for row in table.rows]


def test_customers_of_a_month_are_new_or_returning(cinema):
    table = customers.by_month(period(cinema))

    assert columns(table, "month", "active", "new", "returning", "return_rate") == [
        (SEPTEMBER, 1, 1, 0, Decimal("0.0")),
        (OCTOBER, 2, 1, 1, Decimal("50.0")),
    ]
    assert "75.0" in str(table.notes[1]) or "75,0" in str(
        table.notes[1]
    )  # three of four tickets are of known customers


def test_a_cohort_shows_who_came_again_and_nothing_of_months_to_come(cinema):
    table = customers.cohorts(period(cinema))

    assert columns(table, "cohort", "cohort_size", "after1", "after2", "after3") == [
        (SEPTEMBER, 1, Decimal("100.0"), Decimal("0.0"), None),
        (OCTOBER, 1, Decimal("0.0"), None, None),
    ]


def test_groups_and_favourites_share_all_customers(cinema):
    assert columns(customers.groups(period(cinema)), "customers", "customer_share") == [(2, Decimal("100.0"))]

    chosen = columns(customers.favourites(period(cinema)), "value", "customers", "customer_share")
    half = Decimal("50.0")
    assert sorted(chosen[1:3]) == [("Comedy", 1, half), ("Drama", 1, half)]


def test_favourites_at_a_cinema_name_no_other_cinema(cinema):
    other = a_cinema()
    for days_ago in (10, 9, 8):
        a_visit("often@example.org", to=other, days_ago=days_ago)
    call_command("refresh_engagement", at=(NOON + timedelta(days=1)).isoformat())

    values = {value for (value,) in columns(customers.favourites(period(cinema)), "value")}

    assert str(other) not in values
    assert str(cinema) in values


def test_reminded_customers_are_set_against_the_others(cinema):
    table = customers.reminder_effect(period(cinema))

    assert [(sold, no_shows) for sold, no_shows in columns(table, "tickets_sold", "no_show_rate")] == [
        (1, Decimal("0.0")),
        (3, Decimal("33.3")),
    ]
    assert customers.reminder_effect(period(cinema)).notes


def test_a_promo_code_is_judged_by_whom_it_brought_back(cinema):
    hall, code = a_hall(cinema), a_promocode()
    a_visit("back@example.org", to=hall, days_ago=300)
    back = a_visit("back@example.org", to=hall, days_ago=30, promocode=code, seats=2)
    refund(back, lines=[back.tickets.first()], reason="Ill", at=NOON - timedelta(days=29))
    call_command("refresh_engagement", at=(NOON + timedelta(days=1)).isoformat())

    table = customers.promocodes(period(cinema))

    assert columns(table, "code", "code_orders", "code_won_back", "code_stayed", "code_spent") == [
        (code.code, 1, 1, Decimal("0.0"), Decimal("315.00"))
    ]


def test_some_cinemas_of_a_chain_have_no_customers_together(cinema):
    other = a_cinema()
    assert customers.groups(period(cinema, other)).subtitle

    a_cinema()
    with pytest.raises(ChooseOneCinema):
        customers.groups(period(cinema, other))


def test_a_campaign_brought_the_orders_by_its_link_and_by_its_code_less_refunds(cinema):
    hall, code = a_hall(cinema), a_promocode(discount_percent=10)
    autumn = Campaign.objects.create(name="Autumn", key="autumn", promocode=code)
    posters = Campaign.objects.create(name="Posters", key="posters")
    Campaign.objects.create(name="Not begun", key="not-begun")
    by_link = a_visit("link@example.org", to=hall, days_ago=30, seats=2)
    by_code = a_visit("", to=hall, days_ago=29, promocode=code)
    by_both = a_visit("both@example.org", to=hall, days_ago=28, promocode=code)
    unpaid = an_order(a_session(a_hall(a_cinema())), at=NOON)
    elsewhere = a_visit("other@example.org", to=a_cinema(), days_ago=20)
    for order, campaign in ((by_link, autumn), (by_both, posters), (unpaid, posters), (elsewhere, posters)):
        CampaignOrder.objects.create(order=order, campaign=campaign)
    refund(by_link, lines=[by_link.tickets.first()], reason="Ill", at=NOON - timedelta(days=29))
    for day, visits in ((date(2026, 10, 1), 7), (date(2026, 11, 5), 3), (date(2025, 1, 1), 100)):
        CampaignVisits.objects.create(campaign=autumn, date=day, visits=visits)
    call_command("refresh_engagement", at=(NOON + timedelta(days=1)).isoformat())

    table = customers.campaigns(period(cinema))

    assert by_code.final_amount == Decimal("315.00")
    assert columns(table, "campaign", "code", "link_visits", "campaign_orders", "link_orders", "campaign_takings") == [
        ("Autumn", code.code, 10, 2, 1, PRICE + Decimal("315.00")),
        ("Posters", "", 0, 1, 1, Decimal("315.00")),
    ]
    assert sum(row["campaign_takings"] for row in customers.campaigns(period(elsewhere.cinema)).rows) == PRICE
