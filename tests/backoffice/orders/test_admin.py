"""What staff do with orders: each action as a role that may and as one that may not, and the story an order tells."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import cinema.urls  # noqa: F401 - it loads the pages
from concessions.models import ConcessionPreorder
from notifications.models import Notification
from orders.models import Order, Ticket
from orders.services import check_in, collect, mark_overdue, refund
from screenings.models import Cinema
from tests.helpers.admin_pages import action_url, submit_action
from tests.helpers.factories import a_cinema, a_customer, a_hall, a_paid_order, a_session, an_item, an_order
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

OVERDUE = reverse("admin:orders_overdueorder_changelist")
HOSTILE = ["", "-1", "9" * 40, "\u202e2026-01-01T10:00", "\x00", "<script>alert(1)</script>", "9999-99-99T99:99"]
ORDER_ACTIONS = ["take_payment", "extend", "remind", "cancel", "refund_whole", "refund_lines"]


@pytest.fixture
def place() -> Cinema:
    return a_cinema()


def session_of(place: Cinema) -> Any:
    return a_session(a_hall(place), start=timezone.now() + timedelta(days=9))


def overdue_order(place: Cinema, session: Any = None, **order: Any) -> Order:
    late = an_order(
        session or session_of(place),
        channel=Order.Channel.RESERVATION,
        at=timezone.now() - timedelta(days=2, hours=2),
        **order,
    )
    mark_overdue([late], at=late.payment_deadline)
    late.refresh_from_db()
    return late


@pytest.fixture
def late(place: Cinema) -> Order:
    return overdue_order(place)


@pytest.fixture
def sold(place: Cinema) -> Order:
    """Two tickets at 350.00 and two snacks at 120.00, 94 points spent."""
    return a_paid_order(
        session_of(place),
        seats=2,
        snacks=[(an_item(place), 2)],
        customer=a_customer(points=100),
        points=94,
        at=timezone.now() - timedelta(hours=1),
    )


def told(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


# --- What is overdue


def test_an_overdue_order_is_paid_at_the_till(place, late):
    client = browser(someone("cashier", place))
    shown = client.get(action_url(late, "take_payment", "orders_overdueorder")).content.decode()

    answer = submit_action(client, late, "take_payment", "orders_overdueorder", gateway="cash")

    late.refresh_from_db()
    assert "350.00" in shown
    assert late.status == Order.Status.PAID
    assert late.payments.get().actor.email == "cashier@example.org"
    assert told(answer) == [f"Order {late} is paid."]
    assert answer.status_code == 200  # the row has left the page of overdue orders: its list


def test_a_second_press_takes_no_money_twice(place, late):
    client = browser(someone("cashier", place))
    client.post(action_url(late, "take_payment"), {"gateway": "cash"})

    again = client.post(action_url(late, "take_payment"), {"gateway": "cash"})

    assert late.payments.count() == 1
    assert f"Order {late} has been paid already." in again.content.decode()


def test_its_time_to_pay_is_extended_by_the_cinemas_clocks(late):
    late.cinema.time_zone = "Asia/Vladivostok"
    late.cinema.save()
    until = timezone.now() + timedelta(days=2)
    typed = f"{late.cinema.local(until):%Y-%m-%dT%H:%M}"

    submit_action(browser(someone("cashier", late.cinema)), late, "extend", until=typed)

    late.refresh_from_db()
    assert late.status == Order.Status.PENDING_PAYMENT
    assert late.payment_deadline == until.replace(second=0, microsecond=0)


def test_a_time_that_has_passed_is_refused_and_stays_typed(place, late):
    answer = submit_action(browser(someone("cashier", place)), late, "extend", until="2020-01-01T10:00")

    late.refresh_from_db()
    assert late.status == Order.Status.PAYMENT_OVERDUE
    assert "cannot be held until then" in answer.content.decode()
    assert 'value="2020-01-01T10:00"' in answer.content.decode()


def test_the_customer_is_reminded_at_most_once_an_hour(place, late):
    client = browser(someone("cashier", place))

    first = submit_action(client, late, "remind", "orders_overdueorder")
    second = submit_action(client, late, "remind", "orders_overdueorder")

    assert told(first) == [f"The customer of order {late} is reminded."]
    assert "less than an hour ago" in second.content.decode()
    assert Notification.objects.filter(kind="ORDER_OVERDUE").count() == 2  # by the job, and again by hand


def test_who_has_no_address_cannot_be_reminded(place):
    late = overdue_order(place, email="")

    answer = submit_action(browser(someone("cashier", place)), late, "remind")

    assert "neither an e-mail address nor a phone number" in answer.content.decode()


def test_it_is_cancelled_with_a_reason_in_words_or_without(place, late):
    other = overdue_order(place)
    client = browser(someone("cashier", place))

    answer = submit_action(client, late, "cancel", "orders_overdueorder", reason="Called off by phone")
    submit_action(client, other, "cancel", reason="")

    assert told(answer) == [f"Order {late} is cancelled."]
    assert [each.events.last().reason for each in (late, other)] == ["Called off by phone", "STAFF"]
    assert Ticket.objects.live().count() == 0


def test_two_managers_at_once_one_wins_and_the_other_is_told(place, late):
    client = browser(someone("floor_manager", place))
    client.post(action_url(late, "cancel"), {"reason": "First"})

    second = client.post(action_url(late, "cancel"), {"reason": "Second"})

    assert late.events.last().reason == "First"
    assert "Somebody was quicker" in second.content.decode()
    assert 'value="Second"' in second.content.decode()


def test_many_are_cancelled_at_once(place, late):
    other = overdue_order(place)
    client = browser(someone("floor_manager", place))

    answer = client.post(
        OVERDUE, {"action": "cancel", "_selected_action": [late.pk, other.pk], "confirmed": "yes"}, follow=True
    )

    assert told(answer) == ["Cancel the order: done for 2 rows."]
    assert set(Order.objects.values_list("status", flat=True)) == {Order.Status.CANCELLED}


def test_the_page_says_how_late_what_is_held_and_whom_to_call(place):
    session = session_of(place)
    customer = a_customer(points=100)
    overdue_order(
        place, session, seats=2, snacks=[(an_item(place), 3)], phone="+79995550101", customer=customer, points=40
    )

    page = browser(someone("cashier", place)).get(OVERDUE).content.decode().replace("\xa0", " ")

    assert "2 hours" in page
    assert "2 seats, 3 snacks, 40 points" in page
    assert "+79995550101" in page
    assert "MSK" in page


# --- What is sold


def test_a_whole_order_is_refunded_and_what_goes_back_is_said_before(place, sold):
    client = browser(someone("floor_manager", place))
    shown = client.get(action_url(sold, "refund_whole")).content.decode()

    answer = submit_action(client, sold, "refund_whole", reason="The film was bad")

    sold.refresh_from_db()
    assert "846.00" in shown
    assert ">94<" in shown
    assert sold.status == Order.Status.REFUNDED
    assert told(answer) == [f"846.00 of order {sold} goes back."]


def test_chosen_lines_are_refunded_only_after_their_exact_money_and_points_were_shown(place, sold):
    client = browser(someone("floor_manager", place))
    line = f"ticket-{sold.tickets.first().pk}"

    shown = client.post(action_url(sold, "refund_lines"), {"lines": [line], "reason": "Ill"})
    assert sold.refunds.count() == 0
    agreed = shown.context_data["form"]["agreed"].value()
    done = client.post(
        action_url(sold, "refund_lines"), {"lines": [line], "reason": "Ill", "agreed": agreed}, follow=True
    )

    refunded = sold.refunds.get()
    assert str(refunded.amount) in shown.content.decode()
    assert refunded.amount == Decimal("315.00")
    assert told(done) == [f"315.00 of order {sold} goes back."]


def test_to_look_at_a_refund_changes_nothing(place, sold):
    client = browser(someone("floor_manager", place))

    client.get(action_url(sold, "refund_whole"))

    sold.refresh_from_db()
    assert sold.status == Order.Status.PAID
    assert sold.refunds.count() == 0
    assert sold.user.bonus_account.balance == 6


def test_snacks_that_were_collected_are_offered_to_who_may_refund_them(place, sold):
    collect(sold.preorders.get(), at=timezone.now())
    page = action_url(sold, "refund_lines")
    manager = someone("floor_manager", place)
    role = manager.groups.get()

    assert "Popcorn" in browser(manager).get(page).content.decode()
    role.permissions.remove(role.permissions.get(codename="refund_consumed"))
    assert "Popcorn" not in browser(manager).get(page).content.decode()


def test_somebody_elses_line_is_refused(place, sold):
    foreign = a_paid_order(session_of(place)).tickets.get()

    answer = browser(someone("floor_manager", place)).post(
        action_url(sold, "refund_lines"), {"lines": [f"ticket-{foreign.pk}"], "reason": "x"}
    )

    assert answer.status_code == 200
    assert sold.refunds.count() == 0


def test_the_door_lets_in_and_takes_it_back(place, sold):
    ticket = sold.tickets.first()
    client = browser(someone("floor_manager", place))

    let_in = submit_action(client, ticket, "let_in")
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.USED
    assert told(let_in) == [f"{ticket}: let in."]

    submit_action(client, ticket, "undo")
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.PAID


def test_the_bar_makes_ready_and_hands_over(place, sold):
    snacks = sold.preorders.get()
    client = browser(someone("bar", place))

    submit_action(client, snacks, "ready")
    done = submit_action(client, snacks, "hand_over")
    again = submit_action(client, snacks, "hand_over")

    snacks.refresh_from_db()
    assert snacks.status == ConcessionPreorder.Status.COLLECTED
    assert told(done) == [f"{snacks}: handed over."]
    assert f"{snacks}: Collected." in again.content.decode()


# --- Who may not


@pytest.mark.parametrize("action", ORDER_ACTIONS)
def test_who_may_not_does_not(place, late, action):
    client = browser(someone("accountant", place))

    assert client.get(action_url(late, action)).status_code == 403
    assert client.post(action_url(late, action), {"gateway": "cash", "reason": "x"}).status_code == 403
    page = client.get(reverse("admin:orders_order_change", args=[late.pk])).content.decode()
    assert action_url(late, action) not in page


@pytest.mark.parametrize("action", ["refund_whole", "refund_lines"])
def test_a_cashier_refunds_nothing(place, sold, action):
    assert browser(someone("cashier", place)).post(action_url(sold, action), {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("action", ORDER_ACTIONS)
def test_another_cinemas_order_is_not_found(late, action):
    client = browser(someone("owner", a_cinema()))

    assert client.get(action_url(late, action)).status_code == 404
    assert client.post(action_url(late, action), {"gateway": "cash", "reason": "x"}).status_code == 404


def test_door_and_bar_keep_to_their_own(place, sold):
    ticket, snacks = sold.tickets.first(), sold.preorders.get()
    usher, bar = browser(someone("usher", place)), browser(someone("bar", place))

    assert usher.post(action_url(ticket, "undo")).status_code == 403
    assert bar.post(action_url(ticket, "let_in")).status_code == 403
    assert usher.post(action_url(snacks, "hand_over")).status_code == 403
    assert browser(someone("floor_manager", a_cinema())).post(action_url(ticket, "let_in")).status_code == 404


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_break_nothing(place, late, sold, value):
    client = browser(someone("owner", place))
    typed = {"until": value, "gateway": value, "lines": [value], "agreed": value, "back": value}

    for order, action in [(late, "extend"), (late, "take_payment"), (sold, "refund_lines")]:
        answer = client.post(action_url(order, action), {**typed, "reason": value})
        assert answer.status_code == 200
        assert "<script>alert(1)" not in answer.content.decode()
    for word in HOSTILE:
        assert client.get(reverse("admin:orders_order_changelist"), {"q": word}).status_code == 200


# --- The story, and the lists


def test_an_order_tells_its_story(place, sold):
    manager = someone("floor_manager", place)
    used, returned = sold.tickets.order_by("pk")
    check_in(used, at=timezone.now(), actor=manager)
    refund(sold, lines=[returned], reason="Fell ill", at=timezone.now(), actor=manager)

    page = browser(manager).get(reverse("admin:orders_order_change", args=[sold.pk]))

    happened = [(entry.what, entry.who, entry.why) for entry in page.context_data["story"].entries]
    assert ("Waiting for payment → Paid", "", "") in happened
    assert ("Payment of 846.00, Cash", "", "") in happened
    assert ("Points -94: Spent", "", "") in happened
    assert ("Refund of 315.00: To be sent", str(manager), "Fell ill") in happened
    assert (f"Let in: {used.seat}", str(manager), "") in happened
    assert ("Message: Order is refunded", "", "") in happened
    assert [line.paid for line in page.context_data["story"].lines] == [
        Decimal("315.00"),
        Decimal("315.00"),
        Decimal("216.00"),
    ]


def test_who_may_not_see_points_and_refunds_reads_none_in_the_story(place, sold):
    refund(sold, lines=[sold.tickets.first()], reason="Fell ill", at=timezone.now())

    page = browser(someone("cashier", place)).get(reverse("admin:orders_order_change", args=[sold.pk]))

    assert "Fell ill" not in page.content.decode()
    assert "Points -94" not in page.content.decode()


def test_an_orders_page_costs_the_same_for_2_lines_and_for_20(place):
    client = browser(someone("owner", place))
    session, item = session_of(place), an_item(place)

    def cost(order: Order) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("admin:orders_order_change", args=[order.pk]))
        return len(queries)

    few = a_paid_order(session, seats=2, snacks=[(item, 1)])
    many = a_paid_order(session, seats=15, snacks=[(item, 1), (an_item(place), 1), (an_item(place), 2)])

    assert cost(many) == cost(few)


@pytest.mark.parametrize("page", ["order", "overdueorder", "ticket"])
def test_each_list_costs_the_same_for_3_rows_and_for_30(place, page):
    client, session = (
        browser(someone("owner", place)),
        a_session(a_hall(place, rows=["s" * 40]), start=timezone.now() + timedelta(days=9)),
    )

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(reverse(f"admin:orders_{page}_changelist"))
        assert len(answer.content) < 150_000
        return len(queries)

    for _number in range(3):
        overdue_order(place, session)
    few = cost()
    for _number in range(27):
        overdue_order(place, session)

    assert cost() == few < 25


@pytest.mark.parametrize("by", ["number", "email", "phone", "code"])
def test_an_order_is_found_by_what_people_read_out(place, by):
    wanted = a_paid_order(
        session_of(place), snacks=[(an_item(place), 1)], email="Anna@example.org", phone="+79995550101"
    )
    a_paid_order(session_of(place), email="other@example.org")
    words = {
        "number": wanted.number.lower(),
        "email": " Anna@example.org",
        "phone": "+7 (999) 555-01-01",
        "code": wanted.preorders.get().pickup_code.lower(),
    }

    answer = browser(someone("cashier", place)).get(reverse("admin:orders_order_changelist"), {"q": words[by]})

    assert list(answer.context_data["cl"].queryset) == [wanted]
