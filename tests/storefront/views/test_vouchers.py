"""The page on which a guest of a cancelled screening chooses money or a voucher."""

import pytest

from cinema import clock
from incidents.models import ConcernedOrder
from incidents.services import cancel
from notifications.models import Notification
from orders.models import Order, Promocode
from payments.models import Refund
from tests.helpers.factories import NOON, PRICE, a_paid_order, a_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    order = a_paid_order(a_session(), at=NOON)
    cancel(list({each.session for each in order.tickets.all()}), reason="Fire alarm", vouchers=True, at=NOON)
    return order


def page(order):
    return f"/order/{order.token}/changed/{ConcernedOrder.objects.get(order=order).incident_id}/"


def test_opening_the_page_chooses_nothing(client, order):
    shown = client.get(page(order)).content.decode()

    assert "Take the voucher" in shown
    assert "Refund me now" in shown
    assert ConcernedOrder.objects.get().answer == ""
    assert page(order) in client.get(f"/order/{order.token}/").content.decode()


def test_where_nothing_was_paid_there_is_nothing_to_choose(client, order):
    order.tickets.update(discount_share=PRICE)

    shown = client.get(page(order)).text

    assert "nothing to give back" in shown
    assert "Refund me now" not in shown


def test_pressing_twice_gives_one_voucher_whose_code_only_the_email_has(client, order):
    for _press in range(2):
        assert client.post(page(order), {"voucher": "1"}).status_code in (302, 303)

    code = Promocode.objects.get()
    shown = client.get(f"/order/{order.token}/").content.decode()
    chosen = client.get(page(order)).content.decode()
    assert code.discount_amount == PRICE
    assert order.email in shown
    assert code.code not in shown + chosen
    assert "refunded automatically" not in shown
    assert "You chose a voucher" in chosen
    assert Notification.objects.get(kind="VOUCHER").recipient == order.email


def test_send_again_sends_the_code_to_the_buyer_too(client, order, settings, monkeypatch):
    client.post(page(order), {"voucher": "1"})
    later = clock.now() + settings.LINK_AGAIN
    monkeypatch.setattr(clock, "now", lambda: later)

    client.post(f"/order/{order.token}/again/")

    assert Notification.objects.filter(kind="VOUCHER", recipient=order.email).count() == 2


def test_an_order_without_an_email_gets_its_voucher_at_the_box_office_only(client, order):
    Order.objects.update(email="", phone="+79161234567")

    shown = client.get(page(order)).content.decode()

    assert "Take the voucher" not in shown
    assert "Ask for it at the box office" in shown
    assert client.post(page(order), {"voucher": "1"}).status_code == 409


def test_money_now_leaves_no_choice(client, order):
    client.post(page(order), {"refund": "1"})

    assert Refund.objects.get().amount == PRICE
    assert client.post(page(order), {"voucher": "1"}).status_code == 302
    assert Promocode.objects.count() == 0
