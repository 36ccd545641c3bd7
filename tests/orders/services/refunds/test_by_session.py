from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import AccountChange
from accounts.services import approve, record_account_change, refuse
from cinema.money import format_money
from cinema.status import ConcurrentChange
from concessions.models import ConcessionPreorder
from jobs.models import JobRun
from notifications import rendering
from notifications.models import MessageKind, Notification
from orders.models import Order, RefundLine, Ticket
from orders.services import (
    call_off,
    check_in,
    collect,
    complete,
    hold,
    mark_paid,
    record_refund,
    refund,
    refund_cancelled_sessions,
    request_session_refunds,
)
from payments.models import Refund
from screenings.models import Session
from screenings.services import cancel_session
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import (
    NOON,
    PRICE,
    a_cinema,
    a_customer,
    a_hall,
    a_paid_order,
    a_session,
    an_adult,
    an_item,
    an_order,
    business_state,
    free_seats,
    paid_at_the_bank,
    pay,
)
from tests.helpers.pages.admin_pages import dashboard_texts
from tests.helpers.users import browser, someone
from tests.reliability.run_job import invariant_violations, run

TICK = timedelta(microseconds=1)
SOON = NOON + timedelta(hours=1)
SNACK = Decimal("120.00")


def cancel_and_run_job(session, *, at=SOON):
    """Cancel the session and run the job."""
    cancel_session(session, reason="Projector", at=at)
    refund_cancelled_sessions(due(at), at=at)


def due(at):
    return list(Order.objects.of_cancelled_sessions(at).order_by("pk"))


def messages():
    """Messages to customers other than the tickets."""
    others = [MessageKind.ORDER_PAID, MessageKind.REFUNDS_TO_APPROVE]
    return Notification.objects.exclude(kind__in=others).order_by("pk")


def an_order_of(*sessions, **basket):
    cinema = sessions[0].hall.cinema
    places = [(session, free_seats(session)[0], an_adult()) for session in sessions]
    return hold(cinema=cinema, tickets=places, at=NOON, **{"email": "viewer@example.org"} | basket)


@pytest.fixture
def two():
    """Two sessions in one hall, on two days."""
    hall = a_hall()
    return a_session(hall), a_session(hall, start=NOON + timedelta(days=2))


def test_a_paid_order_is_refunded_with_its_snacks():
    session = a_session()
    item = an_item(session.hall.cinema, stock=10)
    order = a_paid_order(session, seats=2, snacks=[(item, 1)], customer=a_customer(points=100), points=100)

    cancel_and_run_job(session)

    order.refresh_from_db()
    item.refresh_from_db()
    order.user.bonus_account.refresh_from_db()
    assert (order.status, order.refund_processed_at) == (Order.Status.REFUNDED, SOON)
    assert {ticket.status for ticket in order.tickets.all()} == {Ticket.Status.AVAILABLE}
    assert [(back.amount, back.reason) for back in order.refunds.all()] == [(order.final_amount, "SESSION_CANCELLED")]
    assert (item.stock_quantity, order.user.bonus_account.balance) == (10, 100)
    assert order.events.latest("pk").reason == "SESSION_CANCELLED"


def test_an_unpaid_order_is_cancelled():
    session = a_session()
    order = an_order(session, customer=a_customer(points=100), points=100)

    cancel_and_run_job(session)

    order.refresh_from_db()
    order.user.bonus_account.refresh_from_db()
    assert (order.status, order.events.latest("pk").reason) == (Order.Status.CANCELLED, "SESSION_CANCELLED")
    assert (order.user.bonus_account.balance, Refund.objects.count()) == (100, 0)


def test_the_other_session_of_an_order_stays(two):
    first, second = two
    item = an_item(first.hall.cinema)
    order = pay(an_order_of(first, second, snacks=[(item, 1)]))

    cancel_and_run_job(first)

    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    assert [ticket.status for ticket in order.tickets.order_by("pk")] == ["AVAILABLE", "PAID"]
    assert [line.status for line in order.preorders.all()] == [ConcessionPreorder.Status.PENDING]
    assert [back.amount for back in order.refunds.all()] == [PRICE]


def test_snacks_are_refunded_with_the_last_session(two):
    first, second = two
    order = pay(an_order_of(first, second, snacks=[(an_item(first.hall.cinema), 1)]))

    cancel_and_run_job(first)
    cancel_and_run_job(second)

    order.refresh_from_db()
    assert order.status == Order.Status.REFUNDED
    assert [back.amount for back in order.refunds.order_by("pk")] == [PRICE, PRICE + SNACK]


def test_a_ticket_refunded_earlier_does_not_prevent_the_refund_of_snacks(two):
    first, second = two
    order = pay(an_order_of(first, second, snacks=[(an_item(first.hall.cinema), 1)]))
    refund(order, lines=[order.tickets.get(session=second)], reason="Fell ill", at=NOON)

    cancel_and_run_job(first)

    order.refresh_from_db()
    assert order.status == Order.Status.REFUNDED


def test_snacks_that_were_collected_are_not_refunded():
    session = a_session()
    order = a_paid_order(session, snacks=[(an_item(session.hall.cinema), 1)])
    collect(order.preorders.get(), at=NOON)

    cancel_and_run_job(session)

    order.refresh_from_db()
    assert (order.status, [back.amount for back in order.refunds.all()]) == (Order.Status.PAID, [PRICE])
    assert due(SOON) == []


def test_used_tickets_are_refunded_too():
    session = a_session()
    order = a_paid_order(session)
    check_in(order.tickets.get(), at=session.start_datetime)

    cancel_and_run_job(session, at=session.start_datetime + TICK)

    assert [back.amount for back in order.refunds.all()] == [PRICE]


def test_a_completed_order_is_refunded_too():
    session = a_session()
    order = a_paid_order(session)
    complete([order], at=SOON)

    cancel_and_run_job(session)

    order.refresh_from_db()
    assert order.status == Order.Status.REFUNDED


def test_twice_is_once(two):
    first, second = two
    order = pay(an_order_of(first, second))
    cancel_and_run_job(first)
    before = business_state()

    assert due(SOON) == []
    refund_cancelled_sessions(due(SOON), at=SOON)

    assert business_state() == before
    assert Refund.objects.filter(order=order).count() == 1


def test_a_batch_may_mix_orders_of_every_status(two):
    first, second = two
    orders = [an_order_of(first), pay(an_order_of(first)), pay(an_order_of(first, second)), pay(an_order_of(second))]

    cancel_and_run_job(first)

    assert [Order.objects.get(pk=order.pk).status for order in orders] == ["CANCELLED", "REFUNDED", "PAID", "PAID"]
    assert list(Ticket.objects.live().values_list("session", flat=True)) == [second.pk, second.pk]


# --- Messages to customers


def test_the_message_promises_only_what_is_sent_and_says_by_which_way():
    session = a_session()
    cash, online = a_paid_order(session), paid_at_the_bank(session, seats=2)
    record_refund(online, amount=Decimal("500.00"), external_id="bank", at=NOON)

    cancel_and_run_job(session)

    facts = {each.recipient: [each.context[key] for key in ("amount", "way", "before")] for each in messages()}
    assert facts == {cash.email: ["350.00", "cash", "0.00"], online.email: ["200.00", "demo", "500.00"]}


def test_the_message_says_of_each_payment_by_which_way_it_goes_back():
    order = an_order(a_session(), seats=2)
    mark_paid(order, gateway="demo", amount=Decimal("450.00"), external_id="x", part=True, at=NOON)
    mark_paid(order, gateway="cash", amount=Decimal("250.00"), part=True, at=NOON)

    cancel_and_run_job(order.tickets.first().session)

    message = messages().get()
    assert [message.context[key] for key in ("amount", "way")] == ["250.00", "cash"]
    assert message.context["further"] == [{"amount": "450.00", "way": "demo"}]
    said = rendering.render_email(message).body.replace("\N{NO-BREAK SPACE}", " ")
    assert "250 ₽ in cash is waiting" in said
    assert "refunding 450 ₽ to your original payment method" in said
    assert "don’t have to do anything" not in said


def test_the_message_names_the_film_and_the_money_returned():
    session = a_session()
    order = a_paid_order(session, customer=a_customer(points=100), points=100)

    cancel_and_run_job(session)

    message = messages().get()
    assert (message.kind, message.recipient) == (MessageKind.SESSION_CANCELLED, order.email)
    assert message.context == {
        "number": order.number,
        "link": order.link,
        "cinema": session.hall.cinema.name,
        "address": "",
        "showings": [
            {
                "film": "Solaris, 110 minutes",
                "rating": "0+",
                "starts": "2026-11-06T15:00:00+03:00",
                "hall": session.hall.name,
                "seats": [[1, 1]],
            }
        ],
        "snacks": [],
        "amount": "250.00",
        "way": "cash",
        "further": [],
        "before": "0.00",
        "points": 100,
        "disputed": False,
        "waits": False,
    }


def test_one_message_names_all_sessions_cancelled_at_once(two):
    first, second = two
    pay(an_order_of(first, second))
    cancel_session(first, reason="Projector", at=SOON)
    cancel_session(second, reason="Projector", at=SOON)

    refund_cancelled_sessions(due(SOON), at=SOON)

    assert [showing["starts"][:10] for showing in messages().get().context["showings"]] == ["2026-11-06", "2026-11-07"]


def test_each_session_cancelled_later_has_its_own_message(two):
    first, second = two
    pay(an_order_of(first, second))

    cancel_and_run_job(first)
    cancel_and_run_job(second)

    assert [message.kind for message in messages()] == [MessageKind.SESSION_CANCELLED] * 2


def test_guests_read_the_title_in_the_language_of_their_order():
    session = a_session()
    session.film.texts = {"de": {"title": "Der Spiegel"}}
    session.film.save()
    a_paid_order(session, language="de")

    cancel_and_run_job(session)

    assert [showing["film"] for showing in messages().get().context["showings"]] == ["Der Spiegel"]


def test_a_guest_without_an_address_is_refunded():
    session = a_session()
    order = a_paid_order(session, email="")

    cancel_and_run_job(session)

    order.refresh_from_db()
    assert (order.status, messages().count()) == (Order.Status.REFUNDED, 0)


# --- Refunds above the limit of the person who cancelled the session


@pytest.fixture
def limited(settings):
    """One person may return what two tickets cost; returns the session's two customers and two managers."""
    settings.APPROVAL_LIMITS = {"orders.refund_session": 2 * PRICE}
    session = a_session()
    orders = [a_paid_order(session, seats=2), a_paid_order(session)]
    people = [someone("cinema_manager", session.hall.cinema, email=f"{name}@example.org") for name in "ab"]
    return session, orders, people


def run_job():
    run("refund_cancelled_sessions", at=SOON)
    return list(Order.objects.order_by("pk").values_list("status", flat=True))


def test_a_session_called_off_stops_at_once_and_only_money_above_the_limit_waits(limited):
    session, orders, (one, other) = limited
    unpaid = an_order_of(session)

    asked = call_off(session, reason="Projector", at=SOON, actor=one)
    statuses = run_job()

    session.refresh_from_db()
    assert (session.status, session.cancelled_by, asked.asked_by) == (Session.Status.CANCELLED, one, one)
    assert ["money refunded", format_money(3 * PRICE)] in asked.facts
    assert statuses == ["PAID", "PAID", "CANCELLED"]
    assert {each.recipient for each in messages()} == {each.email for each in [*orders, unpaid]}
    assert not Refund.objects.exists()

    approve(asked, digest=asked.digest, at=SOON, actor=other)
    statuses = run_job()

    assert statuses == ["REFUNDED", "REFUNDED", "CANCELLED"]
    assert [each.amount for each in Refund.objects.order_by("pk")] == [2 * PRICE, PRICE]


def test_customers_are_told_the_truth_before_and_after_the_approval(limited):
    session, [order, _other_order], (one, other) = limited
    asked = call_off(session, reason="Projector", at=SOON, actor=one)
    run_job()
    run_job()
    approve(asked, digest=asked.digest, at=SOON, actor=other)
    run_job()

    first, second = messages().filter(recipient=order.email, occasion__startswith=order.number)
    assert [first.context[key] for key in ("waits", "amount", "points")] == [True, "0.00", 0]
    assert [second.context[key] for key in ("waits", "amount", "way")] == [False, "700.00", "cash"]


def test_the_order_page_says_that_the_refund_is_being_confirmed(limited, client):
    session, [order, _other_order], (one, _other) = limited
    call_off(session, reason="Projector", at=SOON, actor=one)
    run_job()

    assert "confirming your refund" in client.get(f"/order/{order.token}/").text


def test_the_job_says_what_it_passes_over_until_somebody_approves(limited, capsys):
    session, _orders, (one, _other) = limited
    call_off(session, reason="Projector", at=SOON, actor=one)

    run_job()

    passed = JobRun.objects.latest("pk")
    assert (passed.done, passed.passed_over, passed.failed) == (0, 2, 0)
    assert "nobody has approved the refunds yet" in capsys.readouterr().out
    assert invariant_violations(SOON + timedelta(days=1)) == []


def test_sessions_that_one_person_calls_off_in_a_day_count_together(limited):
    session, _orders, (one, other) = limited
    more = a_session(a_hall(session.hall.cinema))
    a_paid_order(more, seats=2)
    third = a_session(a_hall(session.hall.cinema))
    a_paid_order(third)

    assert call_off(more, reason="Fire", at=SOON, actor=one) is None
    assert call_off(third, reason="Fire", at=SOON, actor=one) is not None
    assert call_off(session, reason="Fire", at=SOON, actor=other) is not None


def test_a_session_called_off_by_the_system_refunds_without_approval(limited):
    session, _orders, _people = limited

    assert call_off(session, reason="Fire", at=SOON) is None
    statuses = run_job()

    assert statuses == ["REFUNDED", "REFUNDED"]


def test_those_who_may_approve_are_written_to_with_a_link_that_opens_the_request(limited):
    session, _orders, (one, other) = limited
    someone("owner", all_cinemas=True, email="owner@example.org")
    someone("floor_manager", session.hall.cinema)
    someone("cinema_manager", a_cinema(), email="elsewhere@example.org")
    made = someone("cinema_manager", session.hall.cinema, email="made@example.org")
    record_account_change(made, [AccountChange.Kind.CREATED], at=NOON, actor=one)

    asked = call_off(session, reason="Projector", at=SOON, actor=one)

    sent = Notification.objects.filter(kind=MessageKind.REFUNDS_TO_APPROVE)
    assert {each.recipient for each in sent} == {other.email, "owner@example.org"}
    context = sent.first().context
    page = context.pop("page").removeprefix(settings.SITE_URL)
    assert page == reverse("admin:accounts_approval_change", args=[asked.pk])
    assert browser(other).get(page).status_code == 200
    assert context == {
        "cinema": session.hall.cinema.name,
        "film": session.film.title,
        "starts": "2026-11-06T15:00:00+03:00",
        "amount": "1050.00",
        "asked_by": str(one),
        "reason": "Projector",
    }


def test_rejected_refunds_are_requested_again(limited):
    session, _orders, (one, other) = limited
    asked = call_off(session, reason="Projector", at=SOON, actor=one)
    with raises_unchanged(ConcurrentChange):
        request_session_refunds(session, at=SOON, actor=one)
    assert "1 cancelled screening with rejected refunds" not in dashboard_texts(other)
    refuse(asked, reason="Which hall?", at=SOON, actor=other)
    assert "1 cancelled screening with rejected refunds" in dashboard_texts(other)

    again = request_session_refunds(session, at=SOON, actor=other)
    approve(again, digest=again.digest, at=SOON, actor=one)
    statuses = run_job()

    assert statuses == ["REFUNDED", "REFUNDED"]


def test_an_order_with_another_cancelled_session_is_refunded_for_that_one_alone(limited):
    session, _orders, (one, _other) = limited
    free = a_session(a_hall(session.hall.cinema))
    both = pay(an_order_of(session, free))
    call_off(session, reason="Projector", at=SOON, actor=one)
    cancel_session(free, reason="Projector", at=SOON)

    run_job()

    [line] = RefundLine.objects.filter(refund__order=both)
    assert line.ticket.session == free
    assert sorted(each.context["waits"] for each in messages().filter(occasion__startswith=both.number)) == [
        False,
        True,
    ]


# --- When an order is due


@pytest.mark.parametrize(("at", "is_due"), [(SOON - TICK, False), (SOON, True)])
def test_an_order_is_due_from_the_cancellation(at, is_due):
    session = a_session()
    order = a_paid_order(session)
    cancel_session(session, reason="Projector", at=SOON)

    assert due(at) == ([order] if is_due else [])


@pytest.mark.parametrize("status", [Session.Status.SCHEDULED, Session.Status.ONGOING, Session.Status.COMPLETED])
def test_only_a_cancelled_session_is_refunded(status):
    session = a_session()
    a_paid_order(session)
    Session.objects.update(status=status)

    assert due(SOON) == []


def test_a_chargeback_is_not_due_for_this_job():
    session = a_session()
    order = a_paid_order(session)
    record_refund(order, amount=order.final_amount, external_id="re_1", at=NOON)
    cancel_session(session, reason="Projector", at=NOON)

    assert due(SOON) == []


def test_a_ticket_that_is_not_live_is_not_due():
    session = a_session()
    order = a_paid_order(session, seats=2)
    refund(order, reason="Fell ill", at=NOON)
    cancel_session(session, reason="Projector", at=NOON)

    assert due(SOON) == []
