from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from customers.services import correct_address
from demo.bank import DemoBank
from notifications.models import MessageKind, Notification
from orders.models import Order
from orders.notifications import send_link
from orders.services import cancel_expired, mark_overdue, ticket_of
from payments.models import Payment, Refund
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def here(settings: Any) -> None:
    """The demo bank is on the site's own host."""
    settings.SITE_URL = "http://testserver"


def test_a_customer_pays_and_gets_tickets_by_e_mail(client: Client) -> None:
    order = factories.an_order(seats=2)

    answer = at_the_bank(client, order, "pay")

    assert answer["Location"] == f"/order/{order.token}/"
    assert page_of(client, order).count('class="qr"') == 2
    message = Notification.objects.get()
    assert (message.kind, message.recipient) == (MessageKind.ORDER_PAID, order.email)
    assert [ticket_of(code) for _name, code in message.context["codes"]] == list(order.tickets.order_by("seat"))


def test_after_a_decline_the_seats_stay_held_for_another_attempt(client: Client) -> None:
    order = factories.an_order()

    at_the_bank(client, order, "decline")
    assert "The payment didn’t go through" in page_of(client, order)

    at_the_bank(client, order, "pay")
    order.refresh_from_db()
    assert order.status == Order.Status.PAID


def test_an_unfinished_payment_can_be_continued(client: Client) -> None:
    order = factories.an_order()
    bank = client.post(f"/order/{order.token}/pay/", {"gateway": "demo"})["Location"]

    waiting = client.get(f"/order/{order.token}/paid/")

    assert "Payment in progress" in waiting.content.decode()
    assert client.post(f"/order/{order.token}/pay/", {"gateway": "demo"})["Location"] == bank
    assert Payment.objects.count() == 1


def test_however_often_somebody_reloads_the_gateway_is_asked_twenty_times_a_minute(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, fetch, asked = factories.an_order(), DemoBank.fetch, []
    client.post(f"/order/{order.token}/pay/", {"gateway": "demo"})
    monkeypatch.setattr(DemoBank, "fetch", lambda bank, known: asked.append(known) or fetch(bank, known))

    reloaded = {client.get(f"/order/{order.token}/paid/").status_code for _press in range(25)}
    pressed = client.post(f"/order/{order.token}/pay/", {"gateway": "demo"})

    assert (reloaded, pressed.status_code, len(asked)) == ({200}, 429, 19)


def test_a_payment_after_the_seats_were_lost_is_returned_with_a_message(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = factories.a_session(factories.a_hall(rows=["s"]))
    order = factories.an_order(session)
    bank = client.post(f"/order/{order.token}/pay/", {"gateway": "demo"})["Location"]
    later = NOON + timedelta(minutes=46)
    monkeypatch.setattr("cinema.clock.now", lambda: later)
    cancel_expired([order.pk], at=later)
    factories.an_order(session, at=later)

    client.get(client.post(bank, {"answer": "pay"})["Location"])

    order.refresh_from_db()
    assert order.status == Order.Status.CANCELLED
    assert Refund.objects.get().amount == order.final_amount
    assert "Your payment arrived after the order had been cancelled" in page_of(client, order)
    assert Notification.objects.filter(kind=MessageKind.LATE_PAYMENT_REFUNDED).count() == 1


def test_a_reservation_that_is_overdue_is_paid_by_the_link_that_was_sent(client: Client) -> None:
    order = factories.an_order(channel=Order.Channel.RESERVATION, at=NOON - timedelta(hours=20))
    mark_overdue([order], at=NOON)

    at_the_bank(client, order, "pay")

    order.refresh_from_db()
    assert order.status == Order.Status.PAID


def test_reloading_a_refused_form_leads_to_the_order(client: Client) -> None:
    order = factories.an_order()
    refusal = client.post(f"/order/{order.token}/pay/", {"gateway": "none"})
    assert refusal.status_code == 409

    for path in (refusal.request["PATH_INFO"], f"/order/{order.token}/extend/"):
        assert client.get(path)["Location"] == f"/order/{order.token}/"
    assert client.get("/account/sign-in/link/")["Location"] == "/account/sign-in/"


@pytest.mark.parametrize("gateway", ["", "cash", "card_terminal", "nonsense"])
def test_only_enabled_gateways_take_payments(client: Client, gateway: str) -> None:
    order = factories.an_order()

    answer = client.post(f"/order/{order.token}/pay/", {"gateway": gateway})

    assert answer.status_code == 409
    assert not Payment.objects.exists()


def at_the_bank(client: Client, order: Order, choice: str) -> Any:
    bank = client.post(f"/order/{order.token}/pay/", {"gateway": "demo"})["Location"]
    back = client.post(bank, {"answer": choice})["Location"]
    return client.get(back)


def page_of(client: Client, order: Order) -> str:
    return client.get(f"/order/{order.token}/").content.decode()


def test_who_paid_finds_back_from_the_bank_after_a_correction_and_sees_no_order(client: Client) -> None:
    order = factories.an_order()
    client.post(f"/order/{order.token}/pay/", {"gateway": "demo"})
    back = Payment.objects.get().return_url
    send_link(order, at=NOON)
    correct_address(order, email="right@example.org", reason="Typed wrong", at=NOON, actor=someone("owner"))
    order.refresh_from_db()

    answer = client.get(back)

    assert answer.status_code == 200
    assert f"Order {order} has a new link" in answer.content.decode()
    assert order.token not in answer.content.decode()
