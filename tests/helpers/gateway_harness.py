"""Runs a payment gateway against a provider that tests control, for the same test cases with every gateway."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from django.core.management import CommandError
from django.db import connection
from django.test import Client, override_settings

from cinema import clock
from cinema.money import ZERO
from demo.bank import DemoBank, decide
from demo.models import DemoCharge, DemoRefund
from orders.models import Order
from orders.services import start_payment
from payments.errors import GatewayError, GatewayRefused, GatewayUnavailable
from payments.gateways import GatewayClient, gateway_class
from payments.models import Gateway, Payment, Refund
from payments.services.refund_reports import PART
from tests.helpers.factories import NOON
from tests.helpers.fakes import gateway as fake_gateway
from tests.reliability.run_job import run

BACK_TO = "http://testserver/orders/secret/"
FROM_YOOKASSA = "185.71.76.5"
JOBS = (
    "reconcile_payments",
    "cancel_expired_orders",
    "process_refunded_orders",
    "refund_cancelled_sessions",
    "execute_refunds",
)


@contextmanager
def outside_transactions(gateway: type[GatewayClient]) -> Iterator[None]:
    """Assert that no request is sent to the gateway in a transaction, which would hold row locks until the answer."""
    inside: list[str] = []

    def noting(name: str) -> Any:
        plain = getattr(gateway, name)

        def act(*given: Any) -> Any:
            inside.extend(name for block in connection.atomic_blocks if not block._from_testcase)
            return plain(*given)

        return act

    with patch.multiple(
        gateway, **{name: noting(name) for name in ("start", "fetch", "find_external_id", "cancel_payment", "refund")}
    ):
        yield
    assert inside == []


class GatewayHarness:
    """One gateway, the provider behind it with its ledger, and the current time. Subclasses control the provider."""

    gateway: str
    sends_messages = True
    closes_pages = True
    settles_refunds_later = True  # whether a refund can be accepted first and done later

    def __init__(self) -> None:
        self.at: datetime = NOON

    # --- What the cinema does

    def start(self, order: Order) -> Payment | None:
        try:
            return start_payment(order, gateway=self.gateway, return_url=BACK_TO, at=self.at).payment
        except GatewayError:
            return None

    def run(self, *jobs: str) -> None:
        for job in jobs or JOBS:
            with suppress(CommandError):  # the gateway is down, or a refund has failed
                run(job, at=self.at)

    def wait(self, **time: float) -> None:
        self.at += timedelta(**time)

    def settle(self) -> None:
        """End all faults, and run the jobs until nothing changes any more."""
        self.end_faults()
        before, now = None, self._statuses()
        while before != now:
            self.wait(hours=13)
            self.close_pages()
            Payment.objects.filter(gateway=self.gateway).exclude(next_poll_at=None).update(next_poll_at=self.at)
            Refund.objects.filter(status="REQUESTED").exclude(next_attempt_at=None).update(next_attempt_at=self.at)
            self.run()
            before, now = now, self._statuses()

    def _statuses(self) -> list[Any]:
        return [
            *Order.objects.order_by("pk").values_list("status", "refund_processed_at"),
            *Payment.objects.order_by("pk").values_list("status"),
            *Refund.objects.order_by("pk").values_list("status"),
            Payment.objects.exclude(next_poll_at=None).count(),
        ]

    def differences(self) -> list[str]:
        """Amounts that differ between the ledgers: "id: the provider's amount, ours"."""
        ours = dict(
            Payment.objects.filter(gateway=self.gateway, status="SUCCEEDED").values_list("external_id", "amount")
        )
        for refund in Refund.objects.filter(payment__gateway=self.gateway, status="SUCCEEDED"):
            name = refund.external_id.partition(PART)[0]
            ours[name] = ours.get(name, ZERO) + refund.amount
        theirs = self.ledger()
        return [
            f"{key}: {theirs.get(key)} {ours.get(key)}"
            for key in sorted(theirs | ours)
            if theirs.get(key) != ours.get(key)
        ]

    # --- What the provider and its customers do

    def ledger(self) -> dict[str, Decimal]:
        raise NotImplementedError

    def pay(self, payment: Payment) -> bool:
        raise NotImplementedError

    def decline(self, payment: Payment) -> None:
        raise NotImplementedError

    def refund_at_desk(self, payment: Payment, amount: Decimal) -> None:
        raise NotImplementedError

    def charge_back(self, payment: Payment, amount: Decimal) -> None:
        self.refund_at_desk(payment, amount)

    def go_down(self) -> None:
        raise NotImplementedError

    def lose_next_answer(self) -> None:
        raise NotImplementedError

    def refuse_refunds(self) -> None:
        raise NotImplementedError

    def end_faults(self) -> None:
        raise NotImplementedError

    def close_pages(self) -> None:
        """Expire payment pages that have been open for hours."""

    def finish_refunds(self, state: str = "done") -> None: ...

    def accept_refunds_only(self) -> None: ...


class DemoHarness(GatewayHarness):
    gateway = Gateway.DEMO
    sends_messages = settles_refunds_later = False

    def __init__(self) -> None:
        super().__init__()
        self.is_down = self.loses_answer = self.refuses_refunds = False

    def _charge(self, payment: Payment) -> DemoCharge:
        return DemoCharge.objects.get(uid=payment.uid)

    def ledger(self) -> dict[str, Decimal]:
        paid = DemoCharge.objects.filter(status="PAID")
        return {f"demo_{each.token}": each.amount for each in paid} | {
            f"demo_{each.uid.hex}": each.amount for each in DemoRefund.objects.all()
        }

    def pay(self, payment: Payment) -> bool:
        try:
            decide(self._charge(payment).token, paid=True)
        except Exception:
            return False
        return True

    def decline(self, payment: Payment) -> None:
        decide(self._charge(payment).token, paid=False)

    def refund_at_desk(self, payment: Payment, amount: Decimal) -> None:
        number = f"{DemoRefund.objects.count() + 1:032}"
        DemoRefund.objects.create(charge=self._charge(payment), uid=number, amount=amount)

    def go_down(self) -> None:
        self.is_down = True

    def lose_next_answer(self) -> None:
        self.loses_answer = True

    def refuse_refunds(self) -> None:
        self.refuses_refunds = True

    def end_faults(self) -> None:
        self.is_down = self.loses_answer = self.refuses_refunds = False

    @contextmanager
    def running(self) -> Iterator[None]:
        wrapped = {name: self._wrapped(name) for name in ("start", "fetch", "cancel_payment", "refund")}
        with patch.multiple(DemoBank, **wrapped), outside_transactions(DemoBank):
            yield

    def _wrapped(self, name: str) -> Any:
        plain = getattr(DemoBank, name)

        def act(bank: DemoBank, asked: Any) -> Any:
            if self.is_down:
                raise GatewayUnavailable("ConnectTimeout")
            if self.refuses_refunds and name == "refund":
                raise GatewayRefused("balance_insufficient")
            answer = plain(bank, asked)
            if self.loses_answer and name in ("start", "refund"):
                self.loses_answer = False
                raise GatewayUnavailable("ReadTimeout")
            return answer

        return act


class FakeGatewayHarness(GatewayHarness):
    def __init__(self) -> None:
        super().__init__()
        self.provider = fake_gateway.Provider()

    def ledger(self) -> dict[str, Decimal]:
        return self.provider.taken() | self.provider.returned()

    def _key(self, payment: Payment) -> str:
        """The provider's id, found by ours, since the answer with it may have been lost."""
        return next(each.id for each in self.provider.payments.values() if each.uid == str(payment.uid))

    def pay(self, payment: Payment) -> bool:
        return self.provider.pay(self._key(payment))

    def decline(self, payment: Payment) -> None:
        self.provider.decline(self._key(payment))

    def refund_at_desk(self, payment: Payment, amount: Decimal) -> None:
        self.provider.refund_at_desk(self._key(payment), amount)

    def go_down(self) -> None:
        self.provider.is_down = True

    def lose_next_answer(self) -> None:
        self.provider.answers_to_lose = 1

    def refuse_refunds(self) -> None:
        self.provider.refuses_refunds = True

    def accept_refunds_only(self) -> None:
        self.provider.settles_refunds_later = True

    def finish_refunds(self, state: str = "done") -> None:
        self.provider.finish_refunds(state)

    def end_faults(self) -> None:
        self.provider.is_down = self.provider.settles_refunds_later = self.provider.refuses_refunds = False
        self.provider.answers_to_lose = 0
        self.provider.finish_refunds()

    def deliver(self, number: int) -> int:
        """Send the webhook about the event of that index; the HTTP status of the answer."""
        with patch.object(clock, "now", lambda: self.at):
            return self.post(number).status_code

    def post(self, number: int) -> Any:
        raise NotImplementedError

    @contextmanager
    def running(self) -> Iterator[None]:
        keys = {
            "STRIPE_SECRET_KEY": fake_gateway.SECRET,
            "STRIPE_WEBHOOK_SECRET": fake_gateway.WEBHOOK_SECRET,
            "YOOKASSA_SHOP_ID": fake_gateway.SHOP,
            "YOOKASSA_SECRET_KEY": fake_gateway.SECRET,
        }
        with (
            fake_gateway.serving(self.provider) as address,
            override_settings(PAYMENT_GATEWAYS=[self.gateway], STRIPE_API=address, YOOKASSA_API=address, **keys),
            outside_transactions(gateway_class(self.gateway)),
        ):
            yield


class StripeHarness(FakeGatewayHarness):
    gateway = Gateway.STRIPE

    def charge_back(self, payment: Payment, amount: Decimal) -> None:
        self.provider.refund_at_desk(self._key(payment), amount, dispute=True)

    def post(self, number: int) -> Any:
        body, headers = fake_gateway.stripe_message(self.provider, number, self.at.timestamp())
        return Client().post("/webhooks/stripe/", body, content_type="application/json", headers=headers)


class YooKassaHarness(FakeGatewayHarness):
    gateway = Gateway.YOOKASSA
    closes_pages = False

    def close_pages(self) -> None:
        for key in self.provider.payments:
            self.provider.decline(key)

    def post(self, number: int) -> Any:
        body = fake_gateway.yookassa_message(self.provider, number)
        return Client(REMOTE_ADDR=FROM_YOOKASSA).post("/webhooks/yookassa/", body, content_type="application/json")


HARNESSES = {"demo": DemoHarness, "stripe": StripeHarness, "yookassa": YooKassaHarness}
