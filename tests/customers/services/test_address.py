"""Correcting the address of an order."""

from datetime import timedelta

import pytest
from django.db.models import Q

from customers.errors import AddressNotCorrectable
from customers.services import (
    Customer,
    claim_guest_orders,
    correct_address,
    correct_address_by_customer,
    erase_customer,
    is_correctable,
    is_correctable_by_customer,
)
from notifications.models import Notification
from orders.errors import DetailsRefused, ReasonNeeded
from orders.models import Order, OrderChange
from orders.notifications import notifications_of, send_link
from orders.services import UnknownCode, check_in, code_of, refund, refund_cancelled_sessions, ticket_of, undo_check_in
from payments.models import Refund
from screenings.models import Session
from screenings.services import cancel_session
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import (
    NOON,
    a_customer,
    a_paid_order,
    a_session,
    an_item,
    an_order,
    business_state,
)

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
    assert OrderChange.objects.get().details == WRONG
    assert change == (order.pk, "ADDRESS", LATER, supervisor.pk, "Typed wrong")


def test_what_waits_for_the_wrong_address_is_not_sent_any_more():
    order = a_paid_order(email=WRONG)

    correct_address(order, email=RIGHT, reason="Typed wrong", at=LATER, actor=a_customer())

    waiting = Notification.objects.filter(recipient=WRONG).exclude(kind="ADDRESS_CHANGED")
    assert set(waiting.values_list("not_after", flat=True)) == {LATER}
    assert set(Notification.objects.filter(recipient=RIGHT).values_list("not_after", flat=True)) == {None}


def test_the_former_address_is_told_without_the_new_one():
    order = a_paid_order(email=WRONG)

    corrected = correct_address_by_customer(order, email=RIGHT, at=LATER)

    told = Notification.objects.get(kind="ADDRESS_CHANGED")
    assert (told.recipient, told.context["by_staff"]) == (WRONG, False)
    assert RIGHT not in str(told.context)
    assert corrected.token not in str(told.context)
    assert {each.recipient for each in notifications_of(corrected)} == {WRONG, RIGHT}


def test_snacks_get_a_new_pick_up_code_too():
    session = a_session()
    order = a_paid_order(session, snacks=[(an_item(session.hall.cinema), 1)], email=WRONG)
    code = order.preorders.get().pickup_code

    correct_address(order, email=RIGHT, reason="Typed wrong", at=LATER, actor=a_customer())

    new = order.preorders.get().pickup_code
    assert new != code
    assert Notification.objects.get(kind="ORDER_PAID", recipient=RIGHT).context["pickup_code"] == new


def test_an_unpaid_order_of_which_something_was_sent_gets_a_new_link():
    order = an_order(email=WRONG, channel=Order.Channel.RESERVATION)
    send_link(order, at=NOON)

    corrected = correct_address(order, email=RIGHT, reason="Typed wrong", at=LATER, actor=a_customer())

    assert corrected.token != order.token
    assert Notification.objects.get(recipient=RIGHT).context["link"] == corrected.link


def test_what_was_sent_to_the_former_address_is_erased_with_the_order():
    order = a_paid_order(email=WRONG)
    correct_address(order, email=RIGHT, reason=f"Was {WRONG}", at=LATER, actor=a_customer())
    refund(order, reason="Fell ill", at=LATER)
    Refund.objects.update(status="SUCCEEDED", succeeded_at=LATER, handed_out=True)

    erase_customer(Customer.of(Order.objects.get()), at=LATER)

    assert not Notification.objects.exists()
    assert not OrderChange.objects.filter(Q(details__contains=WRONG) | Q(reason__contains=WRONG)).exists()


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


def test_customers_correct_it_until_the_doors_open_and_the_first_scan(settings):
    order = a_paid_order(email=WRONG, seats=2)
    first = order.tickets.order_by("pk").first()
    doors = first.session.start_datetime - settings.DOORS_OPEN
    assert is_correctable_by_customer(order, at=doors - timedelta(seconds=1))
    assert not is_correctable_by_customer(order, at=doors)

    corrected = correct_address_by_customer(order, email=RIGHT, at=LATER)
    check_in(first, at=first.session.start_datetime)

    before = business_state()
    assert not is_correctable_by_customer(corrected, at=LATER)
    with pytest.raises(AddressNotCorrectable, match="Ask the cinema"):
        correct_address_by_customer(corrected, email=WRONG, at=first.session.start_datetime)
    assert business_state() == before


def test_the_order_leaves_the_account_of_the_former_address():
    order, stranger = a_paid_order(email=WRONG), a_customer()
    stranger.email = WRONG
    stranger.save()
    claim_guest_orders(stranger, at=NOON)

    correct_address(order, email=RIGHT, reason="Typed wrong", at=LATER, actor=a_customer())

    assert not stranger.orders.exists()


def test_an_order_changed_by_its_link_keeps_the_record_of_staff_who_entered_its_address():
    session, staff = a_session(), a_customer()
    former = correct_address(an_order(session, email=WRONG), email=RIGHT, reason="Typed wrong", at=NOON, actor=staff)

    order = an_order(session, email=RIGHT, instead_of=former)

    assert order.changes.get(kind="ADDRESS").actor == staff
    staff.email = RIGHT
    assert claim_guest_orders(staff, at=NOON) == 0


def test_staff_correct_no_address_after_the_first_scan():
    order, staff = a_paid_order(email=WRONG, seats=2), a_customer()
    first = order.tickets.order_by("pk").first()
    check_in(first, at=first.session.start_datetime)

    assert not is_correctable(order)
    with raises_unchanged(AddressNotCorrectable):
        correct_address(order, email=RIGHT, reason="Typed wrong", at=first.session.start_datetime, actor=staff)

    undo_check_in(first, at=first.session.start_datetime, actor=staff)
    with raises_unchanged(AddressNotCorrectable):
        correct_address(order, email=RIGHT, reason="Typed wrong", at=first.session.start_datetime, actor=staff)


def test_an_order_bought_with_an_account_stays_there():
    customer = a_customer()
    order = a_paid_order(customer=customer, email=customer.email)

    correct_address_by_customer(order, email=RIGHT, at=LATER)

    assert customer.orders.get() == order


def test_after_a_cancelled_screening_the_new_address_is_told_of_it_and_gets_no_tickets():
    session = a_session()
    order = a_paid_order(session, email=WRONG)
    cancel_session(session, reason="No power", at=NOON)
    Session.objects.update(refunds_held=True)
    refund_cancelled_sessions([order], at=NOON)

    correct_address(order, email=RIGHT, reason="Typed wrong", at=LATER, actor=a_customer())

    order.refresh_from_db()
    told = Notification.objects.get(recipient=RIGHT)
    assert (told.kind, told.context["link"]) == ("SESSION_CANCELLED", order.link)


def test_an_order_made_from_a_claimed_one_leaves_the_account_too():
    session, stranger = a_session(), a_customer()
    former = an_order(session, email=WRONG)
    stranger.email = WRONG
    stranger.save()
    claim_guest_orders(stranger, at=NOON)
    former.refresh_from_db()
    between = an_order(session, email=WRONG, instead_of=former)
    order = an_order(session, email=WRONG, instead_of=between)
    assert stranger.orders.filter(pk=order.pk).exists()

    correct_address(order, email=RIGHT, reason="Typed wrong", at=LATER, actor=a_customer())

    assert not stranger.orders.filter(pk=order.pk).exists()


def test_an_address_that_was_right_after_all_is_told_again_of_the_cancelled_screening():
    session, staff = a_session(), a_customer()
    order = a_paid_order(session, email=RIGHT)
    cancel_session(session, reason="No power", at=NOON)
    Session.objects.update(refunds_held=True)
    refund_cancelled_sessions([order], at=NOON)

    for minutes, address in enumerate([WRONG, RIGHT, WRONG], start=1):
        correct_address(order, email=address, reason="Asked", at=NOON + timedelta(minutes=minutes), actor=staff)
        order.refresh_from_db()
        told = Notification.objects.filter(recipient=address, kind="SESSION_CANCELLED").order_by("pk")
        assert told.last().context["link"] == order.link
        assert told.last().not_after is None

    refund_cancelled_sessions([order], at=LATER)
    assert Notification.objects.filter(kind="SESSION_CANCELLED").count() == 4
