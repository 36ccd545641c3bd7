from decimal import Decimal

import pytest
from django.db import transaction
from django.test import override_settings

from accounts.errors import ApprovalRequired
from accounts.models import AccountChange, LimitUse, User
from accounts.services import record_account_change
from allocations.errors import CompReasonNeeded
from allocations.models import Comp, CompReason
from allocations.services import carry_over, create_standard_reasons, give
from house_rules.defaults import APPROVAL_LIMITS
from orders.models import Order
from orders.services import hold
from pricing.services.changing_price import change_price
from screenings.models import Seat, SeatKind, SeatSurcharge, Session, TicketType
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, PRICE, a_session, an_adult, free_seats
from tests.helpers.users import someone


@pytest.fixture
def manager(db):
    return someone()


@pytest.fixture
def press(db):
    return CompReason.objects.create(name="Press")


def an_order_of(*percents: int) -> Order:
    """A seat for each percentage of the price; those of nothing are complimentary."""
    session = a_session()
    comp = TicketType.objects.get_or_create(name="Comp", price_percent=0, sold_to=TicketType.SoldTo.TILL)[0]
    seats = free_seats(session)[: len(percents)]
    types = [an_adult() if percent else comp for percent in percents]
    places = [(session, seat, kind) for seat, kind in zip(seats, types, strict=True)]
    return hold(cinema=session.hall.cinema, tickets=places, channel=Order.Channel.BOX_OFFICE, at=NOON)


def gives(order, reason, actor):
    with transaction.atomic():
        return give(order, reason=reason, at=NOON, actor=actor)


def test_complimentary_tickets_have_a_reason_and_count_towards_the_limit_at_their_full_price(manager, press):
    comp = gives(an_order_of(0, 0, 100), press, manager)

    assert (comp.reason, comp.actor) == (press, manager)
    assert LimitUse.objects.values_list("person", "service", "amount").get() == (
        manager.pk,
        "orders.refund",
        2 * PRICE,
    )


def test_seats_of_a_kind_and_fixed_prices_of_nothing_count_at_what_others_pay_there(manager, press):
    order = an_order_of(0)
    ticket = order.tickets.get()
    Seat.objects.filter(pk=ticket.seat_id).update(kind=SeatKind.VIP)
    SeatSurcharge.objects.create(cinema=order.cinema, kind=SeatKind.VIP, amount=200)
    order.tickets.update(base_price=0)  # as of a price list that says 0 instead of 0 %

    assert gives(order, press, manager).value == PRICE + 200


def test_a_gift_counts_at_the_price_before_its_giver_or_a_second_account_of_the_giver_lowered_it(manager, press):
    order, other, hers = an_order_of(0), an_order_of(0), an_order_of(0)
    second, colleague = someone("cinema_manager", email="second@example.org"), someone(email="else@example.org")
    record_account_change(second, [AccountChange.Kind.CREATED], at=NOON, actor=manager)

    for each, actor in ((order, manager), (other, second), (hers, colleague)):
        change_price(each.tickets.get().session, price=PRICE / 2, reason="Rain", at=NOON, actor=actor)

    values = [gives(each, press, manager).value for each in (order, other, hers)]
    assert values == [PRICE, PRICE, PRICE / 2]


def test_an_order_without_complimentary_tickets_needs_none(manager):
    assert gives(an_order_of(100), None, manager) is None
    assert not Comp.objects.exists()


@pytest.mark.parametrize("is_active", [None, False])
def test_without_a_reason_in_use_nothing_is_given(manager, press, is_active):
    order = an_order_of(0)
    press.is_active = False

    with raises_unchanged(CompReasonNeeded):
        gives(order, None if is_active is None else press, manager)


@override_settings(APPROVAL_LIMITS={**APPROVAL_LIMITS, "orders.refund": Decimal(500)})
def test_above_the_limit_nothing_is_given(manager, press):
    order, other = an_order_of(0), an_order_of(0)
    gives(order, press, manager)

    with raises_unchanged(ApprovalRequired):
        gives(other, press, manager)


def carried_over(order: Order, former: Order) -> Decimal:
    with transaction.atomic():
        return carry_over(order, tickets=former.tickets.all(), former=former, at=NOON, actor=User.objects.get())


def test_an_exchange_keeps_the_reason_and_counts_nothing_again(manager, press):
    former, order, paid = an_order_of(0), an_order_of(0), an_order_of(100)
    gives(former, press, manager)

    values = [carried_over(order, former), carried_over(paid, former)]

    assert values == [0, 0]
    assert [*Comp.objects.order_by("pk").values_list("order", "reason")] == [
        (former.pk, press.pk),
        (order.pk, press.pk),
    ]
    assert LimitUse.objects.count() == 1


def test_an_exchange_gives_away_what_the_new_tickets_would_cost_more(manager, press):
    former, order = an_order_of(0, 0), an_order_of(0)
    gives(former, press, manager)
    Session.objects.filter(tickets__order=order).update(ticket_price=5 * PRICE)

    assert carried_over(order, former) == 3 * PRICE


def test_an_exchange_gives_no_more_tickets_away_than_there_were(manager, press):
    former, order = an_order_of(0, 100), an_order_of(0, 0)
    gives(former, press, manager)

    with raises_unchanged(CompReasonNeeded):
        carried_over(order, former)


def test_the_usual_reasons_are_created_once(db):
    assert len(list(create_standard_reasons())) == 5
    assert list(create_standard_reasons()) == []
