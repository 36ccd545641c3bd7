from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from orders.availability.seat_map import SeatMap
from orders.errors import PromocodeNotForOrder, PromocodeUnknown
from orders.models import Order, Promocode
from orders.services import Buyer, CancelReason, cancel, hold, hold_online
from orders.services.selling.promocodes import discount, find_promocode
from screenings.models import Film, Session
from tests.helpers import factories
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_promocode, a_session, an_order


@pytest.mark.parametrize(
    ("fields", "total", "off"),
    [
        ({"discount_percent": 10}, "350.00", "35.00"),
        ({"discount_percent": 15}, "0.10", "0.02"),  # 0.015, half up
        ({"discount_percent": 14}, "0.10", "0.01"),
        ({"discount_percent": 100}, "350.00", "350.00"),
        ({"discount_percent": 0}, "350.00", "0.00"),
        ({"discount_amount": Decimal("100.00")}, "350.00", "100.00"),
        ({"discount_amount": Decimal("100.00")}, "99.99", "99.99"),
        ({"discount_percent": 10, "discount_amount": Decimal("100.00")}, "350.00", "135.00"),
        ({"discount_amount": Decimal("100.00")}, "0.00", "0.00"),
        ({}, "350.00", "0.00"),
    ],
)
def test_a_promocode_deducts_its_percentage_or_amount(fields, total, off):
    assert discount(Promocode(**fields), Decimal(total)) == Decimal(off)


def test_without_a_promocode_there_is_no_discount():
    assert discount(None, Decimal("350.00")) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "x" * 300, "NO\x00NE", "\u202e", "'; --"])
def test_an_unknown_code_is_refused(code):
    with raises_unchanged(PromocodeUnknown):
        find_promocode(code, at=NOON)


def test_uses_are_returned_to_each_promocode():
    session = a_session()
    first, second = a_promocode(), a_promocode()
    orders = [an_order(session, promocode=promocode) for promocode in (first, first, second, None)]
    kept = an_order(session, promocode=second)

    cancel(orders, reason=CancelReason.CUSTOMER, at=NOON)

    counted = dict(Promocode.objects.values_list("pk", "used_count"))
    assert counted == {first.pk: 0, second.pk: 1}
    assert kept.promocode == second


@pytest.mark.parametrize(
    "fields",
    [
        {"used_count": 101},
        {"used_count": -1},
        {"max_uses": -1},
        {"discount_percent": 101},
        {"discount_percent": -1},
        {"discount_amount": Decimal("-0.01")},
    ],
    ids=str,
)
def test_the_database_refuses_an_invalid_promocode(fields):
    a_promocode(max_uses=100)

    with pytest.raises(IntegrityError), transaction.atomic():
        Promocode.objects.update(**fields)

    assert Promocode.objects.get().used_count == 0


def test_codes_entered_by_staff_are_stored_in_upper_case():
    promocode = Promocode(code=" autumn ", discount_percent=10)

    promocode.full_clean()

    assert promocode.code == "AUTUMN"


# --- Conditions


def buy(session: Session, code: Promocode, *, seats: int = 1, snacks: int = 0, **who: Any) -> Any:
    bar = session.hall.cinema.concession_items.first()
    return hold(
        cinema=session.hall.cinema,
        tickets=[(session, seat, factories.an_adult()) for seat in factories.free_seats(session)[:seats]],
        snacks=[(bar, snacks)] if snacks else [],
        promocode=code,
        at=NOON,
        **{"email": "a@example.org", **who},
    )


@pytest.mark.django_db
def test_a_code_for_another_cinema_film_or_day_is_refused() -> None:
    session = a_session()  # tomorrow, on a Friday
    other = Film.objects.create(title="Other", duration_minutes=90)
    for condition in ({"cinema": factories.a_cinema()}, {"film": other}, {"weekdays": "012356"}):
        code = a_promocode(**condition)
        with raises_unchanged(PromocodeNotForOrder):
            buy(session, code)

    own = a_promocode(cinema=session.hall.cinema, film=session.film, weekdays="4")
    assert buy(session, own).discount_amount == 35


@pytest.mark.django_db
@pytest.mark.parametrize(("hour", "weekday"), [(2, "4"), (4, "5")])  # of Saturday, in a cinema whose day ends at 3
def test_the_day_of_a_code_is_the_business_day_of_its_cinema(hour: int, weekday: str) -> None:
    hall = factories.a_hall()
    hall.cinema.day_ends_at = time(3)
    hall.cinema.save()
    session = a_session(hall, start=hall.cinema.local(NOON).replace(hour=hour) + timedelta(days=2))

    other, own = a_promocode(weekdays="0123456".replace(weekday, "")), a_promocode(weekdays=weekday)

    with raises_unchanged(PromocodeNotForOrder):
        buy(session, other)

    assert buy(session, own).discount_amount == 35


@pytest.mark.django_db
def test_a_code_for_tickets_leaves_snacks_at_their_price_and_shares_the_discount_among_tickets() -> None:
    session = a_session()
    factories.an_item(session.hall.cinema, price=Decimal("100.00"))

    order = buy(session, a_promocode(tickets_only=True, discount_percent=50), snacks=2)

    assert (order.total_amount, order.discount_amount) == (550, 175)
    assert [ticket.discount_share for ticket in order.tickets.all()] == [175]
    assert [line.discount_share for line in order.preorders.all()] == [0]


@pytest.mark.django_db
def test_a_code_for_larger_orders_counts_the_price_before_the_discount() -> None:
    session, code = a_session(), a_promocode(least_total=Decimal("700.00"))

    with raises_unchanged(PromocodeNotForOrder):
        buy(session, code)

    assert buy(session, code, seats=2).discount_amount == 70


@pytest.mark.django_db
def test_a_code_is_used_once_by_each_customer_and_is_free_again_after_an_order_that_lapsed() -> None:
    session, code, customer = a_session(), a_promocode(once_per_customer=True), factories.a_customer()
    first = buy(session, code, email="b@example.org", user=customer)
    for who in ({"email": "c@example.org", "user": customer}, {"email": ""}):
        with raises_unchanged(PromocodeNotForOrder):
            buy(session, code, **who)
    assert buy(session, code, email="d@example.org").discount_amount == 35

    cancel([first], reason=CancelReason.EXPIRED, at=NOON)

    assert buy(session, code, email="b@example.org", user=customer).discount_amount == 35


@pytest.mark.django_db
def test_a_typed_address_uses_up_a_code_for_guests_alone_and_only_once_it_is_paid() -> None:
    session, code = a_session(factories.a_hall(rows=["ssssss"])), a_promocode(once_per_customer=True)
    customer = factories.a_customer()

    def online(visitor: str, user: User | None = None) -> Order:
        seat_map = SeatMap(session, at=NOON)
        places = [(next(each for each in seat_map.seats if each.pk not in seat_map.taken), factories.an_adult())]
        buyer = Buyer(visitor, address=None, email=customer.email, user=user)
        return hold_online(seat_map, places=places, buyer=buyer, promocode=code.code, at=NOON)

    stranger = online("stranger")
    assert online("anna").discount_amount == 35
    with raises_unchanged(PromocodeNotForOrder):
        online("stranger")

    factories.pay(stranger)

    with raises_unchanged(PromocodeNotForOrder):
        online("another")
    assert online("anna", customer).discount_amount == 35
    with raises_unchanged(PromocodeNotForOrder):
        online("another", customer)


@pytest.mark.django_db
def test_a_change_of_the_order_keeps_the_code() -> None:
    session, code = a_session(), a_promocode(once_per_customer=True)
    first = buy(session, code)

    assert buy(session, code, instead_of=first).discount_amount == 35
