from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client

from demo.models import DemoCharge
from payments.errors import GatewayRefused, GatewayUnavailable
from payments.gateways import Charge, RefundRequest, State, client
from tests.helpers.factories import NOON, PRICE

pytestmark = pytest.mark.django_db

BACK_TO = "http://testserver/orders/secret/"


def a_charge(**fields):
    given = {
        "uid": uuid4(), "amount": PRICE, "currency": "RUB", "description": "Aurora, order K7", "return_url": BACK_TO,
        "language": "en", "created_at": NOON,
    }  # fmt: skip
    return Charge(**given | fields)


def opened(**fields):
    client("demo").start(a_charge(**fields))
    return DemoCharge.objects.latest("pk")


def page_of(charge):
    return f"/demo-bank/{charge.token}/"


@pytest.mark.parametrize(("answer", "state"), [("pay", State.DONE), ("decline", State.FAILED)])
def test_the_customer_answers_and_is_sent_back_to_the_cinema(client, answer, state):
    charge = opened()

    response = client.post(page_of(charge), {"answer": answer})

    assert (response.status_code, response["Location"]) == (302, BACK_TO)
    charge.refresh_from_db()
    assert (charge.status == DemoCharge.Status.PAID) == (answer == "pay")
    assert gateway().fetch(f"demo_{charge.token}").state == state


def test_who_walks_away_leaves_the_payment_open(client):
    charge = opened()

    page = client.get(page_of(charge)).content.decode()

    assert f'<a href="{BACK_TO}">Leave without paying or declining</a>' in page
    charge.refresh_from_db()
    assert charge.status == DemoCharge.Status.OPEN


def test_the_first_answer_counts(client):
    charge = opened()
    client.post(page_of(charge), {"answer": "decline"})

    response = client.post(page_of(charge), {"answer": "pay"})

    assert response.status_code == 302
    charge.refresh_from_db()
    assert charge.status == DemoCharge.Status.DECLINED
    assert "This payment is closed: Declined." in client.get(page_of(charge)).content.decode()


def test_the_page_says_that_it_is_a_demonstration_and_speaks_the_languages_of_the_customers(client):
    charge = opened(language="ru")

    russian, english = client.get(page_of(charge)), client.get(page_of(charge), {"lang": "en"})

    assert '<html lang="ru">' in russian.content.decode()
    assert "Demo: no card details needed, no real money" in english.content.decode()


def test_nothing_of_the_bank_exists_unless_it_is_switched_on(client, settings):
    charge = opened()
    settings.PAYMENT_GATEWAYS = []

    assert client.get(page_of(charge)).status_code == 404
    assert client.post(page_of(charge), {"answer": "pay"}).status_code == 404
    with pytest.raises(GatewayUnavailable):
        gateway()
    charge.refresh_from_db()
    assert charge.status == DemoCharge.Status.OPEN


def test_a_token_that_nobody_was_given_leads_nowhere(client):
    assert client.get("/demo-bank/guessed/").status_code == 404


def test_a_form_from_elsewhere_pays_nothing():

    charge = opened()

    response = Client(enforce_csrf_checks=True).post(page_of(charge), {"answer": "pay"})

    assert response.status_code == 403
    charge.refresh_from_db()
    assert charge.status == DemoCharge.Status.OPEN


def test_the_same_request_opens_one_payment_and_another_one_under_its_key_is_refused():
    asked = a_charge()

    assert gateway().start(asked) == gateway().start(asked)

    with pytest.raises(GatewayRefused):
        gateway().start(a_charge(uid=asked.uid, amount=Decimal("1.00")))
    assert DemoCharge.objects.count() == 1


def test_a_payment_that_is_closed_cannot_be_paid(client):
    charge = opened()

    report = gateway().cancel_payment(f"demo_{charge.token}")

    client.post(page_of(charge), {"answer": "pay"})
    assert report.state == State.FAILED
    assert gateway().fetch(report.external_id).state == State.FAILED


def test_money_goes_back_once_a_key_and_never_more_than_was_paid(client):
    charge = opened(amount=Decimal("100.00"))
    client.post(page_of(charge), {"answer": "pay"})
    asked = RefundRequest(uid=uuid4(), external_id=f"demo_{charge.token}", amount=Decimal("60.00"), currency="RUB")

    assert gateway().refund(asked) == gateway().refund(asked)

    with pytest.raises(GatewayRefused):
        gateway().refund(
            RefundRequest(uid=uuid4(), external_id=asked.external_id, amount=Decimal("40.01"), currency="RUB")
        )
    assert [each.amount for each in gateway().fetch(asked.external_id).refunds] == [Decimal("60.00")]


def gateway():
    return client("demo")
