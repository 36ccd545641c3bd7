"""Publishing price lists, and what they change."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pricing.errors import PriceListRefused
from pricing.services.list_prices import apply_to_sold, list_changes, new_version, publish
from pricing.services.repricing import freeze
from screenings.models import PriceList, PriceQuote, Session
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_hall, a_session, an_adult, an_order
from tests.helpers.screening_rows import a_price_list, a_price_quote
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
FIRST = date(2026, 11, 7)  # two days after NOON


@pytest.fixture
def hall():
    return a_hall()


@pytest.fixture
def draft(hall):
    return a_price_list(hall.cinema, ("All", "420", {}), valid_from=FIRST, published=False)


def price_of(session):
    return Session.objects.get(pk=session.pk).ticket_price


def test_publishing_gives_its_prices_to_sessions_without_tickets_from_its_day_on(hall, draft):
    before, free, sold = (a_session(hall, start=NOON + number * DAY) for number in (1, 2, 3))
    an_order(sold)
    elsewhere = a_session(start=NOON + 2 * DAY)
    manager = someone("cinema_manager", hall.cinema)
    expected = [(each.session, each.is_sold) for each in list_changes(draft, at=NOON)]

    changed = publish(draft, at=NOON, actor=manager)

    assert expected == [(free, False), (sold, True)]
    assert changed == [free]
    assert [price_of(each) for each in (before, free, sold, elsewhere)] == [350, 420, 350, 350]
    record = Session.history.filter(id=free.pk).latest()
    assert (record.ticket_price, record.history_user) == (420, manager)
    assert PriceList.objects.get(pk=draft.pk).published_by == manager


def test_sessions_with_tickets_follow_by_a_named_action_and_their_tickets_keep_their_price(hall, draft):
    sold = a_session(hall, start=NOON + 3 * DAY)
    order = an_order(sold)
    manager = someone("cinema_manager", hall.cinema)
    publish(draft, at=NOON)
    draft.refresh_from_db()

    changed = apply_to_sold(draft, reason="Agreed with the distributor", at=NOON, actor=manager)

    assert (changed, price_of(sold), order.tickets.get().price) == ([sold], 420, 350)
    record = Session.history.filter(id=sold.pk).latest()
    assert (record.history_user, record.history_change_reason) == (manager, "Agreed with the distributor")
    assert apply_to_sold(draft, reason="Again", at=NOON) == []


def test_the_list_price_ends_an_adaptive_price(hall, draft):
    session = a_session(hall, start=NOON + 3 * DAY)
    a_price_quote(session, "380.00", at=NOON - DAY)

    publish(draft, at=NOON)

    session.refresh_from_db()
    assert (session.price, session.price_quote) == (Decimal("420.00"), None)
    assert PriceQuote.objects.get(session=session, at=NOON).price == Decimal("420.00")


def test_a_frozen_price_is_not_that_of_the_list(hall, draft):
    session = a_session(hall, start=NOON + 3 * DAY)
    freeze(session, reason="Announced in the paper", at=NOON - DAY)

    assert publish(draft, at=NOON) == []
    assert price_of(session) == 350


def test_a_list_that_is_published_or_empty_or_too_late_is_refused(hall, draft):
    empty = PriceList.objects.create(cinema=hall.cinema, valid_from=FIRST + DAY)
    late = a_price_list(hall.cinema, ("All", "420", {}), valid_from=FIRST - 9 * DAY, published=False)
    with raises_unchanged(PriceListRefused):
        apply_to_sold(draft, reason="Too early", at=NOON)
    publish(draft, at=NOON)

    for refused in (draft, empty, late):
        with raises_unchanged(PriceListRefused):
            publish(refused, at=NOON)


def test_a_new_version_has_the_same_rows(hall, draft):
    row = draft.rows.get()
    row.ticket_types.create(ticket_type=an_adult(), channel="ONLINE", percent=90)
    row.surcharges.create(kind="VIP", amount=Decimal("50.00"))

    copy = new_version(draft, valid_from=FIRST + DAY)

    made = copy.rows.get()
    assert (made.name, made.price, made.ticket_types.get().percent, made.surcharges.get().amount) == (
        "All",
        420,
        90,
        50,
    )
    assert (made.ticket_types.get().channel, row.ticket_types.count(), copy.is_published) == ("ONLINE", 1, False)
    with raises_unchanged(PriceListRefused):
        new_version(draft, valid_from=FIRST)


@pytest.mark.parametrize("many", [1, 6])
def test_publishing_takes_a_constant_number_of_queries(hall, draft, many, django_assert_num_queries):
    for number in range(many):
        a_session(hall, start=NOON + (2 + number) * DAY)

    with django_assert_num_queries(QUERIES):
        publish(draft, at=NOON)


QUERIES = 18
