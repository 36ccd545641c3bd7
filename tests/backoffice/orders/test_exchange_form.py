"""Tickets exchanged on the order's page in the admin: first the seats and the money are shown, then it is done."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import Approval, User
from boxoffice.models import Exchange
from cinema import clock
from cinema.money import format_money
from orders.models import Order, Ticket
from orders.services import hold, mark_paid, refund
from payments.models import Payment, Refund, Shift
from payments.services import open_shift
from screenings.models import Session, TicketType
from tests.helpers.cash import a_drawer, cash_of
from tests.helpers.factories import PRICE, a_hall, a_session, an_order, free_seats
from tests.helpers.pages.admin_pages import admin_url, messages_of, preview_of
from tests.helpers.users import browser, someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(cinema, now) -> Order:
    session = a_session(a_hall(cinema), start=now + timedelta(hours=4))
    order = an_order(session, seats=2, at=now)
    pay(order, now)
    return order


def pay(order: Order, at) -> None:
    mark_paid(order, gateway="cash", amount=order.final_amount, at=at)
    order.refresh_from_db()


@pytest.fixture
def now():
    return clock.now()


def another(order: Order, now, *, price: Decimal = PRICE) -> Session:
    return a_session(a_hall(order.cinema), start=now + timedelta(days=1), price=price)


def send(client: Client, order: Order, session: Session, *, tickets: int = 1, **more: str):
    keys = [str(each) for each in order.tickets.order_by("pk").values_list("pk", flat=True)[:tickets]]
    sent = {"tickets": keys, "session": session.pk, "way": "cash", "reason": "Came late", **more}
    shown = client.post(admin_url(order, "exchange"), sent)
    if shown.status_code != 200 or not preview_of(shown):
        return shown, None
    form = shown.context_data["form"]
    seats = {name: form[name].value() for name in form.fields if name.startswith("seat-")}
    return shown, client.post(
        admin_url(order, "exchange"), {**sent, **seats, "previewed": preview_of(shown)}, follow=True
    )


def test_a_ticket_is_exchanged_after_the_seats_and_the_money_were_shown(cinema, order, now):
    session = another(order, now, price=PRICE + 100)
    client = browser(someone("floor_manager", cinema))

    shown, done = send(client, order, session)

    exchanged = Exchange.objects.get()
    assert "Confirm to exchange exactly this" in shown.text
    assert messages_of(done) == [f"Exchanged for order {exchanged.new_order}. Its tickets are sent to the customer."]
    assert exchanged.new_order.tickets.get().session == session
    assert order.tickets.filter(status=Ticket.Status.AVAILABLE).count() == 1
    assert sorted(Payment.objects.filter(order=exchanged.new_order).values_list("amount", flat=True)) == [100, PRICE]
    assert invariant_violations() == []


def test_what_goes_back_in_cash_waits_to_be_paid_out_without_a_shift(cinema, order, now):
    send(browser(someone("floor_manager", cinema)), order, another(order, now, price=PRICE - 100))

    assert Refund.objects.to_hand_out().get().amount == 100
    assert invariant_violations() == []


def test_in_a_shift_the_difference_is_in_its_drawer(cinema, order, now):
    boss = someone("floor_manager", cinema)
    shift = open_shift(a_drawer(cinema), opening_float=Decimal(0), at=now, actor=boss)

    send(browser(boss), order, another(order, now, price=PRICE + 100))

    assert (Shift.objects.get(), cash_of(cinema)) == (shift, {"DRAWER": 100})


@pytest.fixture
def low_limit(settings):
    settings.APPROVAL_LIMITS = {"orders.refund": Decimal(50)}


def approved_by(person: User) -> HttpResponse:
    asked = Approval.objects.get()
    page = admin_url(asked, "approve")
    digest = browser(person).get(page).context_data["form"]["digest"].value()
    return browser(person).post(page, {"digest": digest}, follow=True)


@pytest.mark.usefixtures("low_limit")
def test_above_the_limit_exactly_what_was_shown_is_done_once_a_second_person_approves(cinema, order, now):
    session = another(order, now, price=PRICE - 100)
    manager, boss = someone("floor_manager", cinema), someone("cinema_manager", cinema)

    _shown, asked = send(browser(manager), order, session)

    assert "has been sent for approval" in asked.text
    assert not Exchange.objects.exists()
    facts = dict(Approval.objects.get().facts)
    assert session.hall.name in facts["new screening"]
    assert facts["goes back as the old tickets were paid"] == format_money(Decimal(100))

    done = approved_by(boss)

    exchanged = Exchange.objects.get()
    assert f"Exchanged for order {exchanged.new_order}." in messages_of(done)[0]
    assert (exchanged.actor, exchanged.new_order.tickets.get().session) == (manager, session)
    assert Refund.objects.to_hand_out().get().amount == 100
    assert invariant_violations() == []


@pytest.mark.usefixtures("low_limit")
@pytest.mark.parametrize("change", ["seat", "price", "ticket"])
def test_what_is_no_longer_as_it_was_shown_is_not_approved(cinema, order, now, change):
    session = another(order, now, price=PRICE - 100)
    send(browser(someone("floor_manager", cinema)), order, session)
    if change == "seat":
        an_order(session, seats=session.hall.seats.count(), at=now)
    elif change == "price":
        Session.objects.filter(pk=session.pk).update(ticket_price=PRICE - 200)
    else:
        refund(order, lines=[order.tickets.order_by("pk").first()], reason="Ill", at=now)

    approved_by(someone("cinema_manager", cinema))

    assert not Exchange.objects.exists()
    assert Approval.objects.get().status == Approval.Status.ASKED


def test_a_full_screening_is_said(cinema, order, now):
    full = a_session(a_hall(cinema, rows=["s"]), start=now + timedelta(days=1))

    shown = browser(someone("floor_manager", cinema)).post(
        admin_url(order, "exchange"),
        {"tickets": [each.pk for each in order.tickets.all()], "session": full.pk, "way": "cash", "reason": "Late"},
    )

    assert "There are not so many free seats" in shown.text


@pytest.mark.usefixtures("low_limit")
@pytest.mark.parametrize("dearer_since", [0, 50])
def test_who_approves_an_exchange_of_free_tickets_sees_what_is_given_away_and_no_more_is(
    cinema, order, now, dearer_since
):
    free = TicketType.objects.create(name="Press", price_percent=0, sold_to=TicketType.SoldTo.TILL)
    session, former = another(order, now, price=PRICE + 100), order.tickets.all()[0].session
    places = [(former, free_seats(former)[0], free)]
    given = hold(cinema=cinema, tickets=places, channel=Order.Channel.BOX_OFFICE, at=now)
    pay(given, now)

    send(browser(someone("floor_manager", cinema)), given, session)
    facts = dict(Approval.objects.get().facts)
    session.ticket_price += dearer_since
    session.save()
    done = approved_by(someone("cinema_manager", cinema))

    assert [value for name, value in facts.items() if name.startswith("given away")] == [format_money(Decimal(100))]
    assert Exchange.objects.exists() is not bool(dearer_since), done.text


@pytest.mark.parametrize(
    ("in_shift", "told"),
    [
        (False, "100\N{NO-BREAK SPACE}₽ waits to be given out at the till."),
        (True, "Give out 100\N{NO-BREAK SPACE}₽ from the drawer."),
    ],
)
def test_an_exchange_into_cheaper_seats_says_what_to_give_and_by_which_way(cinema, order, now, in_shift, told):
    manager = someone("floor_manager", cinema)
    if in_shift:
        open_shift(a_drawer(cinema), opening_float=Decimal(1000), at=now, actor=manager)

    _shown, done = send(browser(manager), order, another(order, now, price=PRICE - 100))

    assert told in messages_of(done)[0]


def test_no_money_is_taken_by_hand_where_nothing_prints_its_receipt(cinema, order, now, settings):
    settings.RECEIPTS_SINCE, settings.RECEIPT_SENDER = now, "payments.fiscal.yookassa.YooKassaReceipts"
    client, unpaid = browser(someone("floor_manager", cinema)), an_order(another(order, now), at=now)

    _shown, answer = send(client, order, another(order, now))
    taken = client.post(admin_url(unpaid, "take_payment"), {"gateway": "cash"}, follow=True)

    assert "nothing prints them" in answer.text
    assert "nothing prints them" in taken.text
    assert not Exchange.objects.exists()
    assert not unpaid.payments.exists()
