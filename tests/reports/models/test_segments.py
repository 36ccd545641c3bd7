from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from accounts.models import MarketingConsent
from accounts.services.consents import record_consent
from customers.services import Customer, erase_customer
from reports.models import CustomerGroup, Segment
from tests.helpers.factories import NOON, a_cinema, a_customer, a_hall
from tests.helpers.visits import a_visit

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 5)
EMAIL = MarketingConsent.Channel.EMAIL


@pytest.fixture
def cinema():
    """Two guests: one came twice lately, once with another; one came once, long ago."""
    cinema = a_cinema()
    hall = a_hall(cinema)
    a_visit("often@example.org", to=hall, days_ago=40)
    a_visit("often@example.org", to=hall, days_ago=10, seats=2)
    a_visit("once@example.org", to=hall, days_ago=100, came=False)
    return cinema


def refreshed():
    call_command("refresh_engagement", at=NOON.isoformat())


def addresses(segment):
    return sorted(segment.customers(TODAY).values_list("order__email", flat=True))


def agree(address, *, is_given=True, **given):
    given = {"place": "ACCOUNT", "is_proved": True, "at": NOON, **given}
    record_consent(address, channel=EMAIL, is_given=is_given, **given)


def reached(segment):
    return list(segment.reachable(EMAIL, TODAY).order_by("address").values_list("address", flat=True))


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({}, ["often", "once"]),
        ({"visited_within": 10}, ["often"]),
        ({"visited_within": 9}, []),
        ({"not_visited_for": 100}, ["once"]),
        ({"new_within": 40}, ["often"]),
        ({"min_visits": 2}, ["often"]),
        ({"max_visits": 1}, ["once"]),
        ({"min_spent": Decimal("1050.00")}, ["often"]),
        ({"min_no_shows": 1}, ["once"]),
        ({"customer_group": CustomerGroup.NEW}, ["often"]),
        ({"min_visits": 2, "min_no_shows": 1}, []),
    ],
)
def test_a_segment_contains_the_customers_to_whom_all_its_conditions_apply(cinema, conditions, found):
    refreshed()

    assert addresses(Segment(**conditions)) == [f"{name}@example.org" for name in found]


def test_a_segment_of_a_cinema_counts_the_visits_there(cinema):
    a_visit("once@example.org", to=a_cinema(), days_ago=5)
    refreshed()

    assert addresses(Segment(min_visits=2)) == ["often@example.org", "once@example.org"]
    assert addresses(Segment(min_visits=2, cinema=cinema)) == ["often@example.org"]


def test_only_who_agrees_now_is_reached(cinema):
    refreshed()
    segment = Segment()
    assert reached(segment) == []

    agree("often@example.org")
    agree("stranger@example.org")
    assert reached(segment) == ["often@example.org"]

    agree("often@example.org", is_given=False)
    assert reached(segment) == []


def test_the_consent_of_an_account_counts_for_its_own_address_and_while_it_is_active(cinema):
    viewer = a_customer()
    a_visit(viewer, to=cinema, days_ago=3)
    refreshed()
    agree("often@example.org", is_proved=False)  # nobody has shown that the address is theirs
    agree(viewer.email, user=viewer)

    assert reached(Segment()) == [viewer.email]

    viewer.is_active = False
    viewer.save()
    assert reached(Segment()) == []


def test_an_erased_customer_is_reached_no_more(cinema):
    refreshed()
    agree("often@example.org")
    erase_customer(Customer.known_by("often@example.org"), at=NOON + timedelta(hours=1))

    assert reached(Segment()) == []
    assert addresses(Segment()) == ["once@example.org"]


@pytest.mark.parametrize(
    ("conditions", "field"),
    [
        ({"visited_within": 10, "not_visited_for": 20}, "not_visited_for"),
        ({"min_visits": 2, "max_visits": 1}, "max_visits"),
    ],
)
def test_conditions_that_nobody_can_meet_are_refused(conditions, field):
    with pytest.raises(ValidationError) as refused:
        Segment(name="Nobody", **conditions).full_clean()

    assert list(refused.value.message_dict) == [field]
