"""Forged and malformed webhooks: nothing in them is trusted, stored or logged."""

import json
import logging
from collections.abc import Iterator

import pytest
from django.test import Client

from cinema import clock
from orders.models import Order
from payments.models import GatewayEvent, Payment
from tests.helpers.factories import NOON, an_order, business_state
from tests.helpers.fakes import gateway as fake_gateway
from tests.helpers.gateway_harness import FROM_YOOKASSA, StripeHarness, YooKassaHarness

pytestmark = pytest.mark.django_db

WRONG_ADDRESSES = ["8.8.8.8", "127.0.0.1", "185.71.75.255", "185.71.76.32", "2a02:5181::1", "", "not an address"]


@pytest.fixture
def stripe() -> Iterator[StripeHarness]:
    world = StripeHarness()
    with world.running():
        world.pay(world.start(an_order(at=world.at)))
        yield world


@pytest.fixture
def yookassa() -> Iterator[YooKassaHarness]:
    world = YooKassaHarness()
    with world.running():
        world.start(an_order(at=world.at))
        yield world


def post(gateway: str, body: bytes, *, address: str = FROM_YOOKASSA, **headers: str):
    return Client(REMOTE_ADDR=address).post(
        f"/webhooks/{gateway}/", body, content_type="application/json", headers=headers
    )


@pytest.fixture(autouse=True)
def clock_at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def mutations(world: StripeHarness) -> Iterator[tuple[str, bytes, dict[str, str]]]:
    at = world.at.timestamp()
    body, headers = fake_gateway.stripe_message(world.provider, 0, at)
    signature = headers["Stripe-Signature"]
    yield "no signature", body, {}
    yield "an empty signature", body, {"Stripe-Signature": ""}
    yield "no time", body, {"Stripe-Signature": signature.partition(",")[2]}
    yield "another scheme", body, {"Stripe-Signature": signature.replace("v1=", "v0=")}
    yield "another body", body.replace(b"paid", b"free"), headers
    yield "a longer body", body + b" ", headers
    yield "no body", b"", headers
    yield "not UTF-8", b"\xff\xfe" + body, headers
    yield "another secret", *fake_gateway.stripe_message(world.provider, 0, at, secret="whsec_stolen")
    yield "an old message", *fake_gateway.stripe_message(world.provider, 0, at - 301)
    yield "a message from the future", *fake_gateway.stripe_message(world.provider, 0, at + 301)
    yield "its time changed", body, {"Stripe-Signature": signature.replace(f"t={int(at)}", f"t={int(at) + 1}")}
    for number in range(0, len(body), 7):  # flip one bit in every seventh byte
        yield f"bit {number}", body[:number] + bytes([body[number] ^ 1]) + body[number + 1 :], headers


def test_a_webhook_without_a_valid_stripe_signature_is_refused(stripe, caplog):
    before, asked = business_state(), len(stripe.provider.requests)

    with caplog.at_level(logging.DEBUG):
        answers = {name: post("stripe", body, **headers).status_code for name, body, headers in mutations(stripe)}

    assert set(answers.values()) == {400}, answers
    assert business_state() == before
    assert len(stripe.provider.requests) == asked
    assert Order.objects.get().email not in caplog.text
    assert fake_gateway.WEBHOOK_SECRET not in caplog.text


def test_a_live_webhook_is_refused_in_test_mode(stripe, settings):
    settings.STRIPE_SECRET_KEY = "sk_live_key"

    assert stripe.deliver(0) == 400

    assert not GatewayEvent.objects.exists()


@pytest.mark.parametrize("address", WRONG_ADDRESSES)
def test_a_webhook_from_outside_yookassas_networks_is_refused(yookassa, address):
    yookassa.pay(Payment.objects.get())

    answer = post("yookassa", fake_gateway.yookassa_message(yookassa.provider, 0), address=address)

    assert answer.status_code == 400
    assert not GatewayEvent.objects.exists()


@pytest.mark.parametrize("address", [FROM_YOOKASSA, "77.75.156.11", "::ffff:77.75.153.9", "2a02:5180::17"])
def test_a_webhook_from_yookassas_networks_is_accepted(yookassa, address):
    answer = post("yookassa", b'{"event": "payment.canceled", "object": {"id": "elsewhere"}}', address=address)

    assert answer.status_code == 200
    assert GatewayEvent.objects.get().event_id == "payment.canceled elsewhere"


def test_behind_a_proxy_the_address_added_by_the_proxy_counts(yookassa, settings):
    settings.BEHIND_PROXY = True
    body = b'{"event": "payment.canceled", "object": {"id": "elsewhere"}}'

    forged = post("yookassa", body, address="10.0.0.1", **{"X-Forwarded-For": f"{FROM_YOOKASSA}, 8.8.8.8"})
    real = post("yookassa", body, address="10.0.0.1", **{"X-Forwarded-For": f"8.8.8.8, {FROM_YOOKASSA}"})

    assert (forged.status_code, real.status_code) == (400, 200)


def test_without_a_proxy_the_forwarded_address_is_ignored(yookassa):
    body = b'{"event": "payment.canceled", "object": {"id": "elsewhere"}}'

    answer = post("yookassa", body, address="8.8.8.8", **{"X-Forwarded-For": FROM_YOOKASSA})

    assert answer.status_code == 400


def test_the_state_in_a_webhook_is_not_trusted(yookassa):
    """The webhook says that the payment succeeded, but YooKassa reports that it is open."""
    payment = next(iter(yookassa.provider.payments.values()))
    claim = {"event": "payment.succeeded", "object": {"id": payment.id, "status": "succeeded", "paid": True}}

    assert post("yookassa", json.dumps(claim).encode()).status_code == 200

    assert Order.objects.get().status == Order.Status.PENDING_PAYMENT


def test_a_webhook_cannot_assign_a_payment_to_another_order(yookassa):
    """The webhook of a cheap, paid payment names the payment of an expensive order."""
    payment = Payment.objects.get()
    [mine] = yookassa.provider.payments.values()
    cheap = yookassa.provider.open(uid="0" * 32, amount=100, currency="RUB")
    yookassa.provider.pay(cheap.id)
    Payment.objects.update(external_id="")
    claim = {"event": "payment.succeeded", "object": {"id": cheap.id, "metadata": {"payment": str(payment.uid)}}}

    assert post("yookassa", json.dumps(claim).encode()).status_code == 200

    payment.refresh_from_db()
    assert (payment.status, payment.external_id) == (Payment.Status.PENDING, mine.id)
    assert Order.objects.get().status == Order.Status.PENDING_PAYMENT


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"event": 1}', b'{"event": "x", "object": []}', b"\xff"])
def test_malformed_webhooks_are_refused_and_nothing_is_stored(yookassa, body):
    answer = post("yookassa", body)

    assert (answer.status_code, answer.content) == (400, b"")
    assert not GatewayEvent.objects.exists()


def test_a_webhook_that_is_too_large_is_refused(yookassa):
    assert post("yookassa", b" " * (256 * 1024 + 1)).status_code == 413
    assert post("yookassa", b" " * (3 * 1024 * 1024)).status_code == 413
    assert not GatewayEvent.objects.exists()


@pytest.mark.parametrize("gateway", ["stripe", "yookassa", "demo", "cash", "paypal"])
def test_a_gateway_that_is_not_configured_gets_404(gateway):
    assert post(gateway, b"{}").status_code in (400, 404)
    assert not GatewayEvent.objects.exists()


def test_only_post_is_accepted():
    assert Client().get("/webhooks/stripe/").status_code == 405
