"""Refunds on the page of an order: undone sales, second persons with a PIN, and money that waits."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import Approval
from accounts.services.pins import set_pin
from boxoffice.models import PrintedVoucher
from boxoffice.services import sales
from cinema import clock
from cinema.money import format_money
from incidents.services import cancel
from orders.models import Order, Promocode
from orders.services import cancel_expired, refund_by_customer
from payments.models import Refund, Shift
from tests.helpers.box_office import PIN, a_device, at_work
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import PRICE, a_session, an_adult, an_item, free_seats
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations, run

pytestmark = pytest.mark.django_db

TILL = "/boxoffice/till/"


@pytest.fixture
def session():
    return a_session(start=clock.now() + timedelta(minutes=15))


def at_till(session, *, role="cashier"):
    """A browser of somebody with an open shift, and a sale of two tickets for cash in it."""
    cinema = session.hall.cinema
    person = someone(role, cinema)
    shift = a_shift(cinema, cashier=person, at=clock.now())
    places = [(session, seat, an_adult()) for seat in free_seats(session)[:2]]
    order = sales.hold_at_till(shift, places=places, snacks=[], at=clock.now(), actor=person)
    sales.pay_cash(order, shift=shift, given=None, at=clock.now(), actor=person)
    return at_work(person, a_device(cinema)), shift, order


def with_pin(role, session, **fields):
    person = someone(role, session.hall.cinema, email=f"{role}@example.org", **fields)
    set_pin(person, pin=PIN, at=clock.now())
    return person


def refund(client, order, **sent):
    return client.post(f"{TILL}orders/{order.pk}/refund/", {"reason": "Fell ill", **sent}, follow=True)


def test_a_manager_refunds_a_ticket_out_of_the_drawer(session):
    client, shift, order = at_till(session, role="floor_manager")

    answer = refund(client, order, ticket=order.tickets.first().pk)

    back = Refund.objects.get()
    assert (back.status, back.amount, back.shift, back.is_void) == (Refund.Status.SUCCEEDED, PRICE, shift, False)
    assert cash_of(session.hall.cinema) == {"DRAWER": PRICE}
    assert "from the drawer" in answer.text
    assert invariant_violations() == []


def test_a_cashier_undoes_a_sale_alone(session):
    client, shift, order = at_till(session)

    refund(client, order, void="1")

    back = Refund.objects.get()
    assert (back.is_void, back.amount, back.shift) == (True, 2 * PRICE, shift)
    assert cash_of(session.hall.cinema) == {"DRAWER": 0}


def a_sale_of_popcorn(session, *, quantity):
    """A manager's sale of that many, of 120 each, and the line of it."""
    client, shift, _order = at_till(session, role="floor_manager")
    popcorn, work = an_item(session.hall.cinema), {"at": clock.now(), "actor": shift.cashier}
    order, _change = sales.sell_for_cash(shift, given=None, places=[], snacks=[(popcorn, quantity)], **work)
    return client, order, order.preorders.get()


def test_a_part_of_a_line_of_snacks_is_refunded_once(session):
    client, order, line = a_sale_of_popcorn(session, quantity=3)
    sent = {"snack": line.pk, f"quantity{line.pk}": "1"}

    page = client.get(f"{TILL}orders/{order.pk}/").text
    refund(client, order, **sent)
    refund(client, order, **sent)  # the same form, sent again

    assert f'name="quantity{line.pk}"' in page
    assert [each.amount for each in Refund.objects.all()] == [120]
    assert list(order.preorders.order_by("pk").values_list("quantity", "status")) == [(1, "AVAILABLE"), (2, "PENDING")]
    line.concession_item.refresh_from_db()
    assert line.concession_item.stock_quantity == 98
    assert invariant_violations() == []

    rest = order.preorders.last()
    refund(client, order, snack=rest.pk, **{f"quantity{rest.pk}": "2"})
    order.refresh_from_db()
    assert (order.status, cash_of(session.hall.cinema)) == (Order.Status.REFUNDED, {"DRAWER": 2 * PRICE})
    assert invariant_violations() == []


@pytest.mark.parametrize("quantity", ["0", "4", "-1", "two"])
def test_of_a_line_no_more_is_refunded_than_is_left(session, quantity):
    client, order, line = a_sale_of_popcorn(session, quantity=3)

    answer = refund(client, order, snack=line.pk, **{f"quantity{line.pk}": quantity})

    assert "at most so many" in answer.text
    assert (order.preorders.get().quantity, Refund.objects.count()) == (3, 0)


@pytest.mark.parametrize("pin", ["", "1111"])
def test_a_cashier_refunds_nothing_without_the_pin_of_somebody_who_may(session, pin):
    client, _shift, order = at_till(session)
    manager = with_pin("floor_manager", session)

    refund(client, order, ticket=order.tickets.first().pk, person=manager.pk, pin=pin)

    assert not Refund.objects.exists()


def test_a_second_person_decides_a_refund_with_a_pin(session):
    client, shift, order = at_till(session)
    usher, manager = with_pin("usher", session), with_pin("floor_manager", session)
    ticket = order.tickets.first()

    refused = refund(client, order, ticket=ticket.pk, person=usher.pk, pin=PIN)
    assert not Refund.objects.exists()
    assert "Somebody else has to decide this" in refused.text
    refund(client, order, ticket=ticket.pk, person=manager.pk, pin=PIN)

    back = Refund.objects.get()
    assert (back.actor, back.paid_out_by, back.shift) == (manager, shift.cashier, shift)
    assert client.get(f"{TILL}").status_code == 200  # the session is still the cashier's
    assert invariant_violations() == []


def test_above_the_limit_a_second_person_approves_by_pin_on_the_same_screen(session, settings):
    settings.APPROVAL_LIMITS = {"orders.refund": Decimal(1)}
    client, shift, order = at_till(session, role="floor_manager")
    manager = with_pin("cinema_manager", session)

    asked = refund(client, order, void="1")
    assert not Refund.objects.exists()
    assert "Waits for a second person" in asked.text
    approval = Approval.objects.get()
    assert ["Money refunded", format_money(order.final_amount)] in approval.facts
    sent = {"digest": approval.digest, "person": manager.pk, "pin": PIN}
    client.post(f"{TILL}orders/{order.pk}/approve/", {**sent, "pin": "9999"})
    assert Approval.objects.get().status == Approval.Status.ASKED
    client.post(f"{TILL}orders/{order.pk}/approve/", sent)

    back = Refund.objects.get()
    assert (back.is_void, back.status, back.shift) == (True, Refund.Status.SUCCEEDED, shift)
    assert Approval.objects.get().decided_by == manager
    assert cash_of(session.hall.cinema) == {"DRAWER": 0}


def test_parts_of_a_sale_that_lapsed_wait_to_be_given_back(session):
    client, shift, _order = at_till(session)
    places = [(session, free_seats(session)[0], an_adult())]
    work = {"at": clock.now(), "actor": shift.cashier}
    lapsed = sales.hold_at_till(shift, places=places, snacks=[], **work)
    sales.pay_cash(lapsed, shift=shift, given=None, amount=Decimal(50), **work)
    cancel_expired([lapsed.pk], at=lapsed.expires_at)

    assert "Money to give back" in client.get(f"{TILL}shift/").text
    part = Refund.objects.get()
    manager = at_work(someone("floor_manager", session.hall.cinema, email="m@example.org"), shift_device(shift))
    manager.post(f"{TILL}refunds/{part.pk}/pay-out/")
    assert Refund.objects.get().status == Refund.Status.REQUESTED  # without a shift of one's own nothing is given out
    assert Order.objects.get(pk=lapsed.pk).status == Order.Status.CANCELLED
    assert invariant_violations() == []


def shift_device(shift: Shift):
    return a_device(shift.cinema, name="Office")


def test_a_voucher_is_decided_by_a_second_person_and_printed(session):
    client, _shift, order = at_till(session)
    manager = with_pin("floor_manager", session)
    sent = {"amount": "200", "reason": "The sound failed"}

    client.post(f"{TILL}orders/{order.pk}/voucher/", sent)
    assert not PrintedVoucher.objects.exists()
    printed = client.post(f"{TILL}orders/{order.pk}/voucher/", {**sent, "person": manager.pk, "pin": PIN}, follow=True)

    voucher = PrintedVoucher.objects.get()
    assert (voucher.actor, voucher.promocode.discount_amount) == (manager, 200)
    assert voucher.promocode.code in printed.text
    assert "The sound failed" in client.get(f"{TILL}orders/{order.pk}/").text


def test_a_voucher_is_printed_again_only_by_name_and_never_once_it_is_used(session):
    client, _shift, order = at_till(session, role="floor_manager")
    client.post(f"{TILL}orders/{order.pk}/voucher/", {"amount": "200", "reason": "The sound failed"})
    voucher = PrintedVoucher.objects.select_related("promocode").get()
    address, code = f"{TILL}vouchers/{voucher.pk}/", voucher.promocode.code
    colleague = someone("cashier", session.hall.cinema, email="colleague@example.org")
    other = at_work(colleague, a_device(session.hall.cinema, name="Till 2"))

    assert code in client.get(f"{address}?paper=a4").text  # the giver, in the same shift
    assert code not in other.get(address, follow=True).text
    assert code not in other.post(address, follow=True).text  # without a shift
    assert not order.changes.exists()
    a_shift(session.hall.cinema, cashier=colleague, at=clock.now())
    assert code in other.post(address).text
    assert [(each.kind, each.actor, each.reason) for each in order.changes.all()] == [("PRINTED", colleague, "Voucher")]

    Promocode.objects.update(used_count=1)
    assert code not in client.get(address, follow=True).text
    assert code not in other.post(address, follow=True).text
    assert order.changes.count() == 1


def test_what_a_customer_refunded_is_given_out_within_the_limit_or_with_a_second_person(session, settings):
    settings.APPROVAL_LIMITS = {"orders.refund": Decimal(1)}
    client, shift, order = at_till(session, role="floor_manager")
    manager = with_pin("cinema_manager", session)
    Order.objects.update(refund_notice_minutes=0)
    order.refresh_from_db()
    back = refund_by_customer(order, lines=list(order.tickets.all()), at=clock.now())

    asked = client.post(f"{TILL}refunds/{back.pk}/pay-out/", follow=True)
    assert "Waits for a second person" in asked.text
    assert cash_of(session.hall.cinema) == {"DRAWER": 2 * PRICE}
    approval = Approval.objects.get()
    sent = {"digest": approval.digest, "person": manager.pk, "pin": PIN}
    given = client.post(f"{TILL}orders/{order.pk}/approve/", sent, follow=True)

    back.refresh_from_db()
    assert (back.status, back.paid_out_by, back.shift) == (Refund.Status.SUCCEEDED, shift.cashier, shift)
    assert "from the drawer" in given.text
    assert Approval.objects.get().decided_by == manager
    assert cash_of(session.hall.cinema) == {"DRAWER": 0}


def test_a_cashier_gives_the_money_of_a_cancelled_screening_only_with_a_second_person(session):
    client, _shift, order = at_till(session)
    cancel([session], reason="Fire alarm", vouchers=True, at=clock.now())
    manager = with_pin("floor_manager", session)

    client.post(f"{TILL}orders/{order.pk}/choose/", {"refund": "1"})
    assert not Refund.objects.exists()
    client.post(f"{TILL}orders/{order.pk}/choose/", {"refund": "1", "person": manager.pk, "pin": PIN})

    assert Refund.objects.get().status == Refund.Status.SUCCEEDED


def test_a_voucher_that_waits_for_a_guest_is_printed_with_a_second_person(session):
    client, shift, order = at_till(session)
    manager = with_pin("floor_manager", session)
    cancel([session], reason="Fire alarm", vouchers=True, at=clock.now())
    decided = {"person": manager.pk, "pin": PIN}
    client.post(f"{TILL}orders/{order.pk}/choose/", {"voucher": "1", **decided})
    later = a_session(session.hall, start=clock.now() + timedelta(hours=5))
    code, work = Promocode.objects.get().code, {"at": clock.now(), "actor": shift.cashier}
    places = [(later, seat, an_adult()) for seat in free_seats(later)[:2]]
    second = sales.hold_at_till(shift, places=places, snacks=[], promocode=code, **work)
    sales.pay_cash(second, shift=shift, given=None, **work)
    cancel([later], reason="Flood", at=clock.now())
    run("refund_cancelled_sessions", at=clock.now())

    page = client.get(f"{TILL}orders/{second.pk}/")
    assert "Print the voucher for" in page.text
    client.post(f"{TILL}orders/{second.pk}/choose/", {"unsent": "1"})
    assert PrintedVoucher.objects.count() == 1
    printed = client.post(f"{TILL}orders/{second.pk}/choose/", {"unsent": "1", **decided}, follow=True)

    assert PrintedVoucher.objects.get(order=second).promocode.code in printed.text
    assert "Print the voucher for" not in client.get(f"{TILL}orders/{second.pk}/").text
