"""Correcting the address of an order."""

from datetime import timedelta

import pytest

from notifications.models import Notification
from orders.errors import AddressNotCorrectable, DetailsRefused, ReasonNeeded
from orders.models import OrderChange
from orders.services import (
    UnknownCode,
    check_in,
    code_of,
    correct_address,
    correct_address_by_customer,
    is_correctable_by_customer,
    ticket_of,
)
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_customer, a_paid_order, an_order, business_state

pytestmark = pytest.mark.django_db

WRONG, RIGHT = "anna@gmial.example", "anna@gmail.example"
LATER = NOON + timedelta(minutes=10)


def test_tickets_go_to_the_right_address_with_new_codes():
    order, supervisor = a_paid_order(email=WRONG), a_customer()
    token, code = order.token, code_of(order.tickets.get())

    corrected = correct_address(order, email=RIGHT.upper(), reason="Typed wrong", at=LATER, actor=supervisor)

    order.refresh_from_db()
    assert (order.email, order.token) == (RIGHT, corrected.token)
    assert order.token != token
    with pytest.raises(UnknownCode):
        ticket_of(code)
    sent = Notification.objects.get(kind="ORDER_PAID", recipient=RIGHT)
    assert sent.context["codes"] == [[f"{order}-1-1", code_of(order.tickets.get())]]
    assert order.link == sent.context["link"]
    change = OrderChange.objects.values_list("order", "kind", "at", "actor", "reason").get()
    assert change == (order.pk, "ADDRESS", LATER, supervisor.pk, "Typed wrong")


def test_what_waits_for_the_wrong_address_is_not_sent_any_more():
    order = a_paid_order(email=WRONG)

    correct_address(order, email=RIGHT, reason="Typed wrong", at=LATER, actor=a_customer())

    assert set(Notification.objects.filter(recipient=WRONG).values_list("not_after", flat=True)) == {LATER}
    assert set(Notification.objects.filter(recipient=RIGHT).values_list("not_after", flat=True)) == {None}


def test_an_unpaid_order_keeps_its_link_and_sends_it():
    order = an_order(email=WRONG)

    correct_address(order, email=RIGHT, reason="Typed wrong", at=LATER, actor=a_customer())

    assert Notification.objects.get(recipient=RIGHT).context["link"] == order.link


def test_correcting_twice_sends_twice():
    order = a_paid_order(email=WRONG)
    staff = a_customer()
    for number, address in enumerate([RIGHT, "other@example.org", RIGHT]):
        correct_address(order, email=address, reason="Typed wrong", at=LATER + timedelta(minutes=number), actor=staff)

    assert Notification.objects.filter(kind="ORDER_PAID", recipient=RIGHT).count() == 2


@pytest.mark.parametrize(
    ("email", "error"), [(WRONG, AddressNotCorrectable), ("", AddressNotCorrectable), ("no", DetailsRefused)]
)
def test_the_same_address_or_none_is_refused(email, error):
    order, staff = a_paid_order(email=WRONG), a_customer()

    with raises_unchanged(error):
        correct_address(order, email=email, reason="Typed wrong", at=LATER, actor=staff)


def test_staff_give_a_reason():
    order, staff = a_paid_order(email=WRONG), a_customer()

    with raises_unchanged(ReasonNeeded):
        correct_address(order, email=RIGHT, at=LATER, actor=staff)


def test_customers_correct_it_until_the_first_scan():
    order = a_paid_order(email=WRONG, seats=2)
    first = order.tickets.order_by("pk").first()
    assert is_correctable_by_customer(order)

    corrected = correct_address_by_customer(order, email=RIGHT, at=LATER)
    check_in(first, at=first.session.start_datetime)

    before = business_state()
    assert not is_correctable_by_customer(corrected)
    with pytest.raises(AddressNotCorrectable, match="Ask the cinema"):
        correct_address_by_customer(corrected, email=WRONG, at=first.session.start_datetime)
    assert business_state() == before
