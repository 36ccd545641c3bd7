"""The page on which a guest of a cancelled screening chooses money or a voucher."""

import pytest

from incidents.models import ConcernedOrder
from incidents.services import cancel
from orders.models import Promocode
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


def test_the_code_of_the_voucher_stands_on_the_orders_page_and_pressing_twice_gives_one(client, order):
    for _press in range(2):
        assert client.post(page(order), {"voucher": "1"}).status_code in (302, 303)

    code = Promocode.objects.get()
    shown = client.get(f"/order/{order.token}/").content.decode()
    assert code.discount_amount == PRICE
    assert code.code in shown
    assert "refunded automatically" not in shown
    assert "You chose a voucher" in client.get(page(order)).content.decode()


def test_money_now_leaves_no_choice(client, order):
    client.post(page(order), {"refund": "1"})

    assert Refund.objects.get().amount == PRICE
    assert client.post(page(order), {"voucher": "1"}).status_code == 302
    assert Promocode.objects.count() == 0
