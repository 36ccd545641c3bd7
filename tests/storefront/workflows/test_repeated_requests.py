"""The same form sent again, the Back button, a second tab: each leads to what the first request made."""

import re
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from cinema import clock
from notifications.models import Notification
from orders.models import Order
from payments.models import Payment, Refund
from screenings.models import Session
from tests.helpers import factories
from tests.helpers.factories import NOON, business_state
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

GUEST = "guest@example.org"


def checkout(session: Session, seats: Any) -> str:
    return f"/sessions/{session.pk}/checkout/?" + "&".join(f"seat={seat.pk}" for seat in seats)


def typed(seats: Any, **given: Any) -> dict[str, Any]:
    return {"email": GUEST} | {f"type-{seat.pk}": factories.an_adult().pk for seat in seats} | given


def buy(client: Client, session: Session, seats: Any, **given: Any) -> Any:
    return client.post(checkout(session, seats), typed(seats, **given))


@pytest.fixture
def session() -> Session:
    return factories.a_session()


# --- Holding seats


def test_the_checkout_sent_twice_leads_to_the_order_of_the_first_time(client: Client, session: Session) -> None:
    seats = factories.free_seats(session)[:2]
    first = buy(client, session, seats)
    before = business_state()

    second = buy(client, session, seats)

    assert (second.status_code, second["Location"]) == (302, first["Location"])
    assert first["Location"] in second.content.decode()
    assert business_state() == before


@pytest.mark.parametrize("paid", [False, True])
def test_the_checkout_that_is_gone_back_to_leads_to_the_order(client: Client, session: Session, paid: bool) -> None:
    seats = factories.free_seats(session)[:2]
    first = buy(client, session, seats)
    if paid:
        factories.pay(Order.objects.get())

    assert client.get(checkout(session, seats))["Location"] == first["Location"]
    assert buy(client, session, seats)["Location"] == first["Location"]
    assert Order.objects.count() == 1


def test_a_customer_is_led_to_the_order_from_another_device_too(client: Client, session: Session) -> None:
    customer, seats = factories.a_customer(), factories.free_seats(session)[:2]
    client.force_login(customer)
    first = buy(client, session, seats)
    phone = Client()
    phone.force_login(customer)

    assert buy(phone, session, seats)["Location"] == first["Location"]


def test_others_are_told_that_the_seats_are_taken(client: Client, session: Session) -> None:
    """Not even by the e-mail address and from the same network: the link to an order is a secret."""
    seats = factories.free_seats(session)[:2]
    first = buy(client, session, seats)

    answer = buy(Client(), session, seats)

    assert answer.status_code == 409
    assert "Already taken: row 1, seat 1; row 1, seat 2." in answer.content.decode()
    assert first["Location"] not in answer.content.decode()


def test_a_browser_shared_with_a_later_visitor_keeps_the_order_to_itself(
    client: Client, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    seats = factories.free_seats(session)[:2]
    buy(client, session, seats)
    factories.pay(Order.objects.get())
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=3))

    assert buy(client, session, seats).status_code == 409


def test_a_hold_that_has_ended_is_not_led_to(client: Client, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    seats = factories.free_seats(session)[:2]
    first = buy(client, session, seats)
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=16))

    again = buy(client, session, seats)

    assert again.status_code == 302
    assert again["Location"] != first["Location"]
    assert "You’re holding" in client.get("/").content.decode()


def test_other_seats_beside_those_already_held_say_whose_they_are(client: Client, session: Session) -> None:
    seats = factories.free_seats(session)[:3]
    first = buy(client, session, seats[:2])

    page = buy(client, session, seats).content.decode()

    assert "You already hold these seats: row 1, seat 1; row 1, seat 2." in page
    assert f'href="{first["Location"]}"' in page
    assert Order.objects.count() == 1


def test_seat_map_and_programme_say_what_is_held_until_when(client: Client, session: Session) -> None:
    elsewhere = factories.a_session(factories.a_hall(factories.a_cinema(time_zone="Asia/Yekaterinburg")))
    told = "You’re holding 2 seats for “Solaris, 110 minutes” until 15:15."
    assert "You’re holding" not in client.get("/").content.decode()

    first = buy(client, session, factories.free_seats(session)[:2])
    other = buy(client, elsewhere, factories.free_seats(elsewhere)[:1])

    for path in ("/", "/?day=week", "/?day=later", f"/sessions/{session.pk}/"):
        page = client.get(path).content.decode()
        assert told in page, path
        assert "You’re holding 1 seat for “Solaris, 110 minutes” until 17:15 (UTC+5)." in page
        assert {f'href="{each["Location"]}"' in page for each in (first, other)} == {True}
    assert "You’re holding" not in Client().get("/").content.decode()
    client.post(first["Location"] + "give-up/")
    factories.pay(Order.objects.get(token=other["Location"].split("/")[2]))
    assert "You’re holding" not in client.get("/").content.decode()


def test_the_seat_map_of_a_change_does_not_name_the_order_that_is_changed(client: Client, session: Session) -> None:
    first = buy(client, session, factories.free_seats(session)[:2])

    assert "You’re holding" not in client.get(first["Location"] + "seats/").content.decode()


def test_an_unknown_visitor_costs_no_query(client: Client, django_assert_num_queries: Any) -> None:
    client.get("/")

    with django_assert_num_queries(5):
        client.get("/")


def test_a_forged_name_of_a_visitor_is_not_believed(client: Client, session: Session) -> None:
    seats = factories.free_seats(session)[:2]
    buy(client, session, seats)
    name = client.session["visitor"]

    assert buy(Client(), session, seats, visitor=name).status_code == 409
    assert buy(Client(), session, seats, visitor=f"{name}:forged").status_code == 409


def named_in_form(client: Client, session: Session, seats: Any) -> str:
    found = re.search('name="visitor" value="([^"]+)"', client.get(checkout(session, seats)).content.decode())
    assert found
    return found[1]


def test_a_second_request_that_left_before_the_first_was_answered_is_the_same_visitors(session: Session) -> None:
    """A new visitor has no cookie until the first answer, so the form itself says whose it is."""
    seats = factories.free_seats(session)[:2]
    name = named_in_form(Client(), session, seats)

    first, second = (buy(Client(), session, seats, visitor=name) for _request in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    assert second["Location"] == first["Location"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_make_one_order_and_both_lead_to_it(session: Session) -> None:
    seats = factories.free_seats(session)[:2]
    data = typed(seats, visitor=named_in_form(Client(), session, seats))
    answers, barrier = [], Barrier(4)

    def press() -> None:
        try:
            barrier.wait()
            answers.append(Client().post(checkout(session, seats), data))
        finally:
            connection.close()

    threads = [Thread(target=press) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [302] * 4
    assert {answer["Location"] for answer in answers} == {f"/order/{Order.objects.get().token}/"}


# --- Changing an order


def test_a_change_sent_twice_leads_to_the_order_that_it_made(client: Client, session: Session) -> None:
    seats = factories.free_seats(session)
    old = buy(client, session, seats[:2])["Location"]
    path = f"{old}change/?seat={seats[2].pk}&seat={seats[3].pk}"
    first = client.post(path, typed(seats[2:4]))
    before = business_state()

    second = client.post(path, typed(seats[2:4]))

    assert (second.status_code, second["Location"]) == (302, first["Location"])
    assert business_state() == before


def test_a_replaced_order_leads_on_to_the_last_one(client: Client, session: Session) -> None:
    seats = factories.free_seats(session)
    locations = [buy(client, session, seats[:2])["Location"]]
    for start in (2, 4):
        path = f"{locations[-1]}change/?seat={seats[start].pk}&seat={seats[start + 1].pk}"
        locations.append(client.post(path, typed(seats[start : start + 2]))["Location"])
    before = business_state()

    for old in locations[:2]:
        for step in ("", "seats/", "change/", "refund/", "paid/"):
            assert client.get(old + step)["Location"] == locations[2], step
        for step in ("give-up/", "extend/", "confirm/", "pay/", "refund/", "change/"):
            assert client.post(old + step, {"gateway": "demo"})["Location"] == locations[2], step
    assert business_state() == before


def test_a_change_refused_because_another_was_quicker_leads_to_that_one(
    client: Client, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both requests have read the old order before the first one replaces it."""
    seats = factories.free_seats(session)
    old = buy(client, session, seats[:2])["Location"]
    path = f"{old}change/?seat={seats[0].pk}&seat={seats[1].pk}"
    first = client.post(path, typed(seats[:2]))
    as_it_was = Order.objects.get(token=old.split("/")[2])
    as_it_was.status = Order.Status.PENDING_PAYMENT
    monkeypatch.setattr("storefront.views.orders.order_of", lambda _request, _token: as_it_was)

    second = client.post(path, typed(seats[:2]))

    assert (second.status_code, second["Location"]) == (302, first["Location"])


def test_a_replaced_order_that_was_paid_for_says_what_becomes_of_the_money(client: Client, session: Session) -> None:
    seats = factories.free_seats(session)
    old = buy(client, session, seats[:2])["Location"]
    order = Order.objects.get()
    payment = factories.at_the_bank(order)
    new = client.post(f"{old}change/?seat={seats[0].pk}&seat={seats[1].pk}", typed(seats[:2]))["Location"]
    Payment.objects.filter(pk=payment.pk).update(status=Payment.Status.FAILED)

    page = client.get(old)

    assert page.status_code == 200
    assert f'<a href="{new}">You changed this order' in page.content.decode()


# --- The buttons of an order's page


def test_giving_up_twice_shows_the_cancelled_order(client: Client, session: Session) -> None:
    location = buy(client, session, factories.free_seats(session)[:1])["Location"]

    first, second = (client.post(location + "give-up/") for _time in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    assert second["Location"] == location
    assert "This order is cancelled." in client.get(location).content.decode()


def test_giving_up_a_paid_order_is_still_refused(client: Client) -> None:
    order = factories.a_paid_order()

    assert client.post(f"/order/{order.token}/give-up/").status_code == 409


def test_confirming_twice_shows_the_tickets(client: Client) -> None:
    session = factories.a_session(price=Decimal(0))
    location = buy(client, session, factories.free_seats(session)[:1])["Location"]

    first, second = (client.post(location + "confirm/") for _time in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    assert Order.objects.get().status == Order.Status.PAID
    assert Notification.objects.count() == 1


def test_extending_twice_at_once_is_extending_once(client: Client, session: Session) -> None:
    location = buy(client, session, factories.free_seats(session)[:1])["Location"]

    first, second = (client.post(location + "extend/") for _time in range(2))

    assert (first.status_code, second.status_code) == (302, 302)


def test_paying_again_for_a_paid_order_shows_the_tickets(client: Client, session: Session) -> None:
    location = buy(client, session, factories.free_seats(session)[:1])["Location"]
    factories.pay(Order.objects.get())

    answer = client.post(location + "pay/", {"gateway": "demo"})

    assert (answer.status_code, answer["Location"]) == (302, location)


def test_a_refund_sent_twice_leads_to_the_refunded_order(client: Client) -> None:
    order = factories.a_paid_order(seats=2)
    line = f"ticket-{order.tickets.order_by('pk')[0].pk}"
    path = f"/order/{order.token}/refund/"

    first, second = (client.post(path, {"line": line}) for _time in range(2))
    other = client.post(path, {"line": [line, f"ticket-{order.tickets.order_by('pk')[1].pk}"]})

    assert [(each.status_code, each["Location"]) for each in (first, second)] == [(302, f"/order/{order.token}/")] * 2
    assert other.status_code == 409  # not the same form: one of its lines is refunded, the other one is not
    assert Refund.objects.count() == 1


def test_refunding_everything_twice_leads_to_the_refunded_order(client: Client) -> None:
    session = factories.a_session()
    order = factories.a_paid_order(session, seats=2, snacks=[(factories.an_item(session.hall.cinema), 1)])
    lines = [f"ticket-{ticket.pk}" for ticket in order.tickets.all()]
    lines.append(f"concessionpreorder-{order.preorders.get().pk}")

    answers = [client.post(f"/order/{order.token}/refund/", {"line": lines}) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]


def test_staff_are_guests_and_are_not_shown_what_others_hold(client: Client, session: Session) -> None:
    buy(client, session, factories.free_seats(session)[:2])
    staff = Client()
    staff.force_login(someone("cashier", session.hall.cinema))

    assert "You’re holding" not in staff.get("/").content.decode()
