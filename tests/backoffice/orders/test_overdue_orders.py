"""The page of overdue orders."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications.models import Notification
from orders.models import Order, Ticket
from orders.services import pay_with_gift_card
from payments.models import Payment
from tests.helpers.cash import a_gift_card, a_shift
from tests.helpers.factories import a_customer, an_item
from tests.helpers.order_rows import an_overdue_order, upcoming_session
from tests.helpers.pages.admin_pages import admin_url, messages_of, run_action
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

OVERDUE = reverse("admin:orders_overdueorder_changelist")


def in_shift(cinema):
    """A browser of a cashier with an open shift."""
    cashier = someone("cashier", cinema)
    a_shift(cinema, cashier=cashier, at=timezone.now())
    return browser(cashier)


def test_an_overdue_order_is_paid_at_the_till(cinema, late):
    client = in_shift(cinema)
    shown = client.get(admin_url(late, "take_payment", model="orders_overdueorder")).content.decode()

    answer = run_action(client, late, "take_payment", model="orders_overdueorder", gateway="cash")

    late.refresh_from_db()
    assert "350\N{NO-BREAK SPACE}₽" in shown
    assert late.status == Order.Status.PAID
    assert late.payments.get().actor.email == "cashier@example.org"
    assert messages_of(answer) == [f"Order {late} has been paid."]
    assert answer.status_code == 200  # redirected to the list, because the order is no longer overdue


@pytest.mark.parametrize("gateway", ["cash", "card_terminal"])
def test_a_cashier_takes_no_money_in_no_shift(cinema, late, gateway):
    answer = run_action(browser(someone("cashier", cinema)), late, "take_payment", gateway=gateway)

    assert "Open a shift first" in answer.text
    assert not late.payments.exists()


def test_what_a_manager_takes_in_no_shift_is_listed(cinema, late):
    run_action(browser(someone("floor_manager", cinema)), late, "take_payment", gateway="card_terminal")

    assert list(Payment.objects.outside_shifts()) == [late.payments.get()]


def test_submitting_the_payment_twice_takes_the_money_once(cinema, late):
    client = in_shift(cinema)
    client.post(admin_url(late, "take_payment"), {"gateway": "cash"})

    again = client.post(admin_url(late, "take_payment"), {"gateway": "cash"})

    assert late.payments.count() == 1
    assert f"Order {late} is not awaiting payment, so no payment can be taken. Status: Paid." in again.content.decode()


def test_after_a_gift_card_paid_a_part_the_rest_is_asked_for_and_taken(cinema, late):
    card = a_gift_card(a_shift(cinema), amount=Decimal(100))
    pay_with_gift_card(late, card=card, at=timezone.now())
    client = in_shift(cinema)

    shown = client.get(admin_url(late, "take_payment", model="orders_overdueorder")).content.decode()
    run_action(client, late, "take_payment", model="orders_overdueorder", gateway="cash")

    late.refresh_from_db()
    assert "250\N{NO-BREAK SPACE}₽" in shown
    assert late.status == Order.Status.PAID
    assert sorted(late.payments.values_list("gateway", "amount")) == [("cash", 250), ("gift_card", 100)]


def test_nobody_takes_payment_for_their_own_order(cinema):
    cashier = someone("cashier", cinema)
    own = an_overdue_order(cinema, customer=cashier)

    answer = run_action(browser(cashier), own, "take_payment", gateway="cash")

    own.refresh_from_db()
    assert own.status == Order.Status.PAYMENT_OVERDUE
    assert "nobody earns points on what they sell" in answer.content.decode()


def test_a_new_payment_deadline_is_read_in_the_cinemas_time_zone(late):
    late.cinema.time_zone = "Asia/Vladivostok"
    late.cinema.save()
    until = timezone.now() + timedelta(days=2)
    typed = f"{late.cinema.local(until):%Y-%m-%dT%H:%M}"

    run_action(browser(someone("cashier", late.cinema)), late, "extend", until=typed)

    late.refresh_from_db()
    assert late.status == Order.Status.PENDING_PAYMENT
    assert late.payment_deadline == until.replace(second=0, microsecond=0)


def test_only_whoever_keeps_seats_for_the_house_extends_an_order_by_more_than_two_days(cinema, late):
    until = timezone.now() + timedelta(days=3)
    typed = f"{cinema.local(until):%Y-%m-%dT%H:%M}"

    refused = run_action(browser(someone("cashier", cinema)), late, "extend", until=typed).text
    late.refresh_from_db()
    assert late.status == Order.Status.PAYMENT_OVERDUE
    assert "another 2 days at most" in refused

    run_action(browser(someone("floor_manager", cinema)), late, "extend", until=typed)
    late.refresh_from_db()
    assert late.payment_deadline == until.replace(second=0, microsecond=0)


def test_a_deadline_in_the_past_is_refused_and_keeps_the_typed_value(cinema, late):
    answer = run_action(browser(someone("cashier", cinema)), late, "extend", until="2020-01-01T10:00")

    late.refresh_from_db()
    assert late.status == Order.Status.PAYMENT_OVERDUE
    assert "be held until then" in answer.content.decode()
    assert 'value="2020-01-01T10:00"' in answer.content.decode()


def test_the_customer_is_reminded_at_most_once_an_hour(cinema, late):
    client = in_shift(cinema)

    first = run_action(client, late, "remind", model="orders_overdueorder")
    second = run_action(client, late, "remind", model="orders_overdueorder")

    assert messages_of(first) == [f"Reminder sent for order {late}."]
    assert "less than an hour ago" in second.content.decode()
    assert Notification.objects.filter(kind="ORDER_OVERDUE").count() == 2  # one from the job, one from staff


def test_an_order_without_contact_details_gets_no_reminder(cinema):
    late = an_overdue_order(cinema, email="")

    answer = run_action(browser(someone("cashier", cinema)), late, "remind")

    assert "no e-mail address or phone number" in answer.content.decode()


def test_an_order_is_cancelled_with_or_without_a_typed_reason(cinema, late):
    other = an_overdue_order(cinema)
    client = in_shift(cinema)

    answer = run_action(client, late, "cancel", model="orders_overdueorder", reason="Called off by phone")
    run_action(client, other, "cancel", reason="")

    assert messages_of(answer) == [f"Order {late} cancelled."]
    assert [each.events.last().reason for each in (late, other)] == ["Called off by phone", "STAFF"]
    assert Ticket.objects.live().count() == 0


def test_the_second_manager_to_cancel_an_order_sees_a_message(cinema, late):
    client = browser(someone("floor_manager", cinema))
    client.post(admin_url(late, "cancel"), {"reason": "First"})

    second = client.post(admin_url(late, "cancel"), {"reason": "Second"})

    assert late.events.last().reason == "First"
    assert "Someone else has just done this" in second.content.decode()
    assert 'value="Second"' in second.content.decode()


def test_several_orders_are_cancelled_at_once(cinema, late):
    other = an_overdue_order(cinema)
    client = browser(someone("floor_manager", cinema))

    answer = client.post(
        OVERDUE, {"action": "cancel", "_selected_action": [late.pk, other.pk], "confirmed": "yes"}, follow=True
    )

    assert messages_of(answer) == ["2 orders cancelled."]
    assert set(Order.objects.values_list("status", flat=True)) == {Order.Status.CANCELLED}


def test_the_list_shows_the_delay_the_booked_items_and_the_contact(cinema):
    session = upcoming_session(cinema)
    customer = a_customer(points=100)
    an_overdue_order(
        cinema, session, seats=2, snacks=[(an_item(cinema), 3)], phone="+79995550101", customer=customer, points=40
    )

    page = browser(someone("cashier", cinema)).get(OVERDUE).content.decode().replace("\xa0", " ")

    assert "2 hours" in page
    assert "2 seats, 3 snacks, 40 points" in page
    assert "+79995550101" in page
    assert "MSK" not in page  # the server's own time zone is not named
