"""Database constraints of orders and tickets."""

from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from orders.models import Order, Promocode, RefundLine, Ticket
from orders.services import refund
from tests.helpers.factories import NOON, a_paid_order, a_promocode, a_session, an_item, an_order, business_state

CENT = Decimal("0.01")


def forbidden(write):
    before = business_state()

    with pytest.raises(IntegrityError), transaction.atomic():
        write()

    assert business_state() == before


@pytest.mark.parametrize("theirs", Ticket.LIVE)
@pytest.mark.parametrize("ours", Ticket.LIVE)
def test_two_live_tickets_for_one_seat_are_forbidden(theirs, ours):
    session = a_session()
    first, second = an_order(session).tickets.get(), an_order(session).tickets.get()
    Ticket.objects.filter(pk=first.pk).update(status=theirs)

    forbidden(lambda: Ticket.objects.filter(pk=second.pk).update(status=ours, seat=first.seat))


@pytest.mark.parametrize("status", Ticket.LIVE)
def test_a_seat_that_is_free_again_takes_one_live_ticket(status):
    session = a_session()
    first, second = an_order(session).tickets.get(), an_order(session).tickets.get()
    Ticket.objects.filter(pk=first.pk).update(status=Ticket.Status.AVAILABLE)

    Ticket.objects.filter(pk=second.pk).update(status=status, seat=first.seat)

    assert Ticket.objects.filter(seat=first.seat).count() == 2


@pytest.mark.parametrize("field", ["total_amount", "discount_amount", "bonus_amount", "final_amount"])
def test_an_order_that_does_not_add_up_is_forbidden(field):
    order = an_order()

    forbidden(lambda: Order.objects.update(**{field: getattr(order, field) + CENT}))


@pytest.mark.parametrize("code", ["number", "token"])
def test_two_orders_with_one_number_or_one_token_are_forbidden(code):
    first, second = an_order(), an_order()

    forbidden(lambda: Order.objects.filter(pk=second.pk).update(**{code: getattr(first, code)}))


def test_a_negative_order_total_is_forbidden():
    order = an_order()

    forbidden(lambda: Order.objects.update(discount_amount=order.total_amount + CENT, final_amount=-CENT))


@pytest.mark.parametrize("field", ["price", "discount_share", "bonus_share"])
@pytest.mark.parametrize("amount", [-CENT, Decimal("100000000.00")])
def test_a_ticket_s_amounts_are_bounded(field, amount):
    an_order()

    forbidden(lambda: Ticket.objects.update(**{field: amount}))


@pytest.mark.parametrize("quantity", [0, -1, 10_001])
def test_a_line_s_quantity_is_bounded(quantity):
    order = an_order(snacks=[(an_item(), 1)])

    forbidden(lambda: order.preorders.update(quantity=quantity))


def test_a_ticket_is_refunded_by_one_line():
    order = a_paid_order(seats=2)
    ticket = order.tickets.first()
    back = refund(order, lines=[ticket], reason="Fell ill", at=NOON)

    forbidden(lambda: RefundLine.objects.create(refund=back, ticket=ticket, amount=1))


def test_a_refund_line_is_for_either_a_ticket_or_snacks():
    session = a_session()
    order = a_paid_order(session, seats=2, snacks=[(an_item(session.hall.cinema), 1)])
    first, second = order.tickets.order_by("pk")
    back = refund(order, lines=[first], reason="Fell ill", at=NOON)

    forbidden(lambda: RefundLine.objects.create(refund=back, amount=1))
    forbidden(lambda: RefundLine.objects.create(refund=back, ticket=second, preorder=order.preorders.get(), amount=1))


@pytest.mark.parametrize(("from_one", "from_zero"), [("1234567", "0123456"), ("67", "56"), ("1", "0"), ("", "")])
def test_the_weekdays_of_promo_codes_are_counted_anew_and_back_again(from_one, from_zero):
    code = a_promocode(weekdays=from_one)
    migration = import_module("orders.migrations.0032_weekdays_from_zero")

    migration.from_zero(apps, None)
    assert {code.history.get().weekdays, Promocode.objects.get().weekdays} == {from_zero}

    migration.from_one(apps, None)
    assert {code.history.get().weekdays, Promocode.objects.get().weekdays} == {from_one}
