"""A fake payment provider: an HTTP server on 127.0.0.1 with the APIs of Stripe and YooKassa.

It keeps a ledger, honours idempotency keys, and refuses to refund more than was paid. Tests switch on faults: it is
down, loses an answer after doing the work, or settles refunds later. It answers at once or closes the connection, so
nothing sleeps. What customers and the provider's own staff do, tests do by calling its methods.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.helpers.fakes import loopback

SHOP, SECRET, WEBHOOK_SECRET = "100500", "sk_test_of_the_fake", "whsec_of_the_fake"

Json = dict[str, Any]


@dataclass
class Paid:
    """A payment as the provider knows it; amounts are in minor units."""

    id: str
    uid: str
    amount: int
    currency: str
    state: str = "open"  # paid, failed
    disputed: bool = False


@dataclass
class SentBack:
    id: str
    payment: str
    amount: int
    state: str = "done"  # open, failed
    uid: str = ""
    is_dispute: bool = False
    reason: str = ""
    answer_by: float | None = None


class Refusal(Exception):
    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code


class HangUp(Exception):
    """The connection closes without an answer."""


@dataclass
class Provider:
    """The ledger of the provider, and its faults."""

    payments: dict[str, Paid] = field(default_factory=dict)
    refunds: dict[str, SentBack] = field(default_factory=dict)
    answered: dict[str, tuple[str, Json]] = field(default_factory=dict)
    events: list[tuple[str, str]] = field(default_factory=list)  # the kind, and the id of the payment or refund
    receipts: list[Json] = field(default_factory=list)  # that it was asked to issue
    requests: list[str] = field(default_factory=list)
    paid_out: dict[str, list[Json]] = field(default_factory=dict)  # the operations of each payout
    is_down: bool = False
    answers_to_lose: int = 0  # to that many of the next POST requests
    settles_refunds_later: bool = False  # a refund is accepted first, and done by `finish_refunds`
    refuses_refunds: bool = False
    numbers: Any = field(default_factory=lambda: count(1))

    # --- What customers, banks and the provider's staff do

    def pay(self, key: str) -> bool:
        """Pay; False if the payment page has expired."""
        payment = self.payments[key]
        if payment.state != "open":
            return False
        payment.state = "paid"
        self.events.append(("paid", key))
        return True

    def decline(self, key: str) -> None:
        if self.payments[key].state == "open":
            self.payments[key].state = "failed"
            self.events.append(("failed", key))

    def refund_at_desk(self, key: str, amount: Decimal, *, dispute: bool = False) -> str:
        self._within(key, int(amount * 100))
        made = SentBack(self._new("dp" if dispute else "desk"), key, int(amount * 100), is_dispute=dispute)
        self.payments[key].disputed |= dispute
        self.refunds[made.id] = made
        self.events.append(("sent_back", made.id))
        return made.id

    def dispute(self, key: str, amount: Decimal, *, answer_by: float) -> str:
        """The customer's bank opens a dispute, to be answered by `answer_by` (a Unix time)."""
        made = SentBack(
            self._new("dp"), key, int(amount * 100), "asks", is_dispute=True, reason="fraudulent", answer_by=answer_by
        )
        self.payments[key].disputed = True
        self.refunds[made.id] = made
        self.events.append(("disputed", made.id))
        return made.id

    def decide(self, dispute: str, state: str) -> None:
        """Set the state of the dispute: answered (`open`), lost (`done`) or won (`failed`)."""
        self.refunds[dispute].state = state
        self.events.append(("disputed", dispute))

    def finish_refunds(self, state: str = "done") -> None:
        """Set the state of all accepted refunds: `done` or `failed`."""
        for refund in self.refunds.values():
            if refund.state == "open":
                refund.state = state
                self.events.append(("sent_back" if state == "done" else "refund_failed", refund.id))

    def pay_out(self, *, at: float) -> str:
        """Pay out what was taken and not paid out so far, less refunds and fees of 3 %, at a Unix time."""
        known = {each["source"]["id"] for rows in self.paid_out.values() for each in rows}
        rows = [
            _balance_transaction(self, f"ch_{each.id}", "charge", each.amount, each.uid, at)
            for each in self.payments.values()
            if each.state == "paid"
        ]
        rows += [
            _balance_transaction(self, each.id, "refund", -each.amount, self.payments[each.payment].uid, at)
            for each in self.refunds.values()
            if each.state == "done"
        ]
        rows = [each for each in rows if each["source"]["id"] not in known]
        payout = self._new("po")
        self.paid_out[payout] = [*rows, _balance_transaction(self, payout, "payout", -1, "", at)]
        return payout

    # --- The ledger

    def taken(self) -> dict[str, Decimal]:
        return {each.id: Decimal(each.amount) / 100 for each in self.payments.values() if each.state == "paid"}

    def returned(self) -> dict[str, Decimal]:
        return {each.id: Decimal(each.amount) / 100 for each in self.refunds.values() if each.state == "done"}

    # --- What both APIs do

    def open(self, *, uid: str, amount: int, currency: str) -> Paid:
        payment = Paid(self._new("pay"), uid, amount, currency)
        self.payments[payment.id] = payment
        return payment

    def send_back(self, key: str, *, amount: int, uid: str) -> SentBack:
        if self.refuses_refunds:
            raise Refusal(400, "balance_insufficient")
        if self.payments[key].state != "paid":
            raise Refusal(400, "charge_not_paid")
        self._within(key, amount)
        made = SentBack(self._new("re"), key, amount, "open" if self.settles_refunds_later else "done", uid)
        self.refunds[made.id] = made
        if made.state == "done":
            self.events.append(("sent_back", made.id))
        return made

    def once(self, key: str, request: str, act: Callable[[], Json]) -> Json:
        """Idempotency: repeat the answer to the same request with the same key, refuse a different request."""
        if key in self.answered:
            said, answer = self.answered[key]
            if said != request:
                raise Refusal(400, "idempotency_error")
        else:
            answer = act()
            self.answered[key] = (request, answer)
        if self.answers_to_lose:
            self.answers_to_lose -= 1
            raise HangUp
        return answer

    def known(self, key: str) -> Paid:
        if key not in self.payments:
            raise Refusal(404, "resource_missing")
        return self.payments[key]

    def _within(self, key: str, amount: int) -> None:
        gone = sum(each.amount for each in self.refunds.values() if each.payment == key and each.state != "failed")
        if amount > self.payments[key].amount - gone:
            raise Refusal(400, "amount_too_large")

    def _new(self, kind: str) -> str:
        return f"{kind}_{next(self.numbers):06}"


# --- Stripe's API


def stripe(provider: Provider, method: str, path: str, query: dict[str, str], body: str, key: str) -> Json:
    form = dict(parse_qsl(body))
    match method, path.strip("/").split("/"):
        case "POST", ["v1", "checkout", "sessions"]:
            return provider.once(
                key,
                body,
                lambda: _session(
                    provider,
                    provider.open(
                        uid=form["metadata[payment]"],
                        amount=int(form["line_items[0][price_data][unit_amount]"]),
                        currency=form["line_items[0][price_data][currency]"],
                    ),
                ),
            )
        case "GET", ["v1", "checkout", "sessions", session]:
            expanded = any("payment_intent" in value for value in query.values())
            return _session(provider, provider.known(session), expanded=expanded)
        case "POST", ["v1", "checkout", "sessions", session, "expire"]:
            payment = provider.known(session)
            if payment.state != "open":
                raise Refusal(400, "session_not_open")
            provider.decline(session)
            return _session(provider, payment)
        case "POST", ["v1", "refunds"]:
            return provider.once(
                key,
                body,
                lambda: _stripe_refund(
                    provider.send_back(
                        form["payment_intent"].removeprefix("pi_"),
                        amount=int(form["amount"]),
                        uid=form["metadata[refund]"],
                    )
                ),
            )
        case "GET", ["v1", "checkout", "sessions"]:
            key = query["payment_intent"].removeprefix("pi_")
            found = [_session(provider, provider.payments[key])] if key in provider.payments else []
            return {"object": "list", "url": path, "has_more": False, "data": found}
        case "GET", ["v1", ("refunds" | "disputes") as kind]:
            rows = [
                each
                for each in provider.refunds.values()
                if each.payment == query["payment_intent"].removeprefix("pi_")
                and each.is_dispute == (kind == "disputes")
            ]
            return {"object": "list", "url": path, "has_more": False, "data": [_stripe_refund(each) for each in rows]}
        case "GET", ["v1", "payouts"]:
            rows = [_payout(each, operations[0]["created"]) for each, operations in provider.paid_out.items()]
            found = [each for each in rows if each["created"] >= int(query["created[gte]"])]
            return {"object": "list", "url": path, "has_more": False, "data": found}
        case "GET", ["v1", "balance_transactions"]:
            return _page(provider.paid_out[query["payout"]], path, query)
    raise Refusal(404, "no_such_thing")


def _payout(key: str, at: float) -> Json:
    return {"id": key, "object": "payout", "automatic": True, "status": "paid", "created": at, "arrival_date": at}


def _balance_transaction(provider: Provider, source: str, category: str, amount: int, payment: str, at: float) -> Json:
    return {
        "id": provider._new("txn"),
        "object": "balance_transaction",
        "reporting_category": category,
        "amount": amount,
        "fee": max(amount, 0) * 3 // 100,
        "currency": "rub",
        "created": int(at),
        "source": {"id": source, "object": category, "metadata": {"payment": payment} if payment else {}},
    }


def _page(rows: list[Json], path: str, query: dict[str, str], *, most: int = 2) -> Json:
    """Fewer rows than were asked for, as Stripe may do: the client has to ask for the rest."""
    start = next((n + 1 for n, each in enumerate(rows) if each["id"] == query.get("starting_after")), 0)
    shown = rows[start : start + most]
    if "data.source" not in query.values():
        shown = [{**each, "source": each["source"]["id"]} for each in shown]
    return {"object": "list", "url": path, "has_more": start + most < len(rows), "data": shown}


def _session(provider: Provider, payment: Paid, *, expanded: bool = False) -> Json:
    intent: Any = f"pi_{payment.id}" if payment.state == "paid" else None
    if intent and expanded:
        charge = {"id": f"ch_{payment.id}", "object": "charge", "disputed": payment.disputed}
        intent = {"id": intent, "object": "payment_intent", "latest_charge": charge}
    return {
        "id": payment.id,
        "object": "checkout.session",
        "status": {"open": "open", "paid": "complete", "failed": "expired"}[payment.state],
        "payment_status": "paid" if payment.state == "paid" else "unpaid",
        "amount_total": payment.amount,
        "currency": payment.currency.lower(),
        "client_reference_id": payment.uid,
        "metadata": {"payment": payment.uid},
        "payment_intent": intent,
        "url": f"https://checkout.example/{payment.id}",
    }


DISPUTED = {"asks": "needs_response", "open": "under_review", "done": "lost", "failed": "won"}


def _stripe_refund(refund: SentBack) -> Json:
    states = {"open": "pending", "done": "succeeded", "failed": "failed"}
    return {
        "id": refund.id,
        "object": "dispute" if refund.is_dispute else "refund",
        "amount": refund.amount,
        "status": DISPUTED[refund.state] if refund.is_dispute else states[refund.state],
        "payment_intent": f"pi_{refund.payment}",
        "metadata": {"refund": refund.uid} if refund.uid else {},
        **({"reason": refund.reason, "evidence_details": {"due_by": refund.answer_by}} if refund.is_dispute else {}),
    }


def stripe_message(
    provider: Provider, number: int, at: float, *, secret: str = WEBHOOK_SECRET
) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the webhook about the event of that index, signed at `at` (a Unix time)."""
    what, key = provider.events[number]
    kinds = {
        "paid": "checkout.session.completed",
        "failed": "checkout.session.expired",
        "disputed": "charge.dispute.updated",
    }
    kind = kinds.get(what, "refund.updated")
    paid = key in provider.payments
    about = _session(provider, provider.payments[key]) if paid else _stripe_refund(provider.refunds[key])
    event = {"id": f"evt_{number}", "object": "event", "type": kind, "livemode": False, "data": {"object": about}}
    body = json.dumps(event).encode()
    signed = hmac.new(secret.encode(), f"{int(at)}.".encode() + body, hashlib.sha256).hexdigest()
    return body, {"Stripe-Signature": f"t={int(at)},v1={signed}"}


# --- YooKassa's API


def yookassa(provider: Provider, method: str, path: str, query: dict[str, str], body: str, key: str) -> Json:
    given = json.loads(body) if body else {}
    if "receipt" in given and key not in provider.answered:
        provider.receipts.append(given["receipt"])
    match method, path.strip("/").split("/"):
        case "POST", ["payments"]:
            return provider.once(
                key,
                body,
                lambda: _yookassa_payment(
                    provider.open(
                        uid=given["metadata"]["payment"],
                        amount=int(Decimal(given["amount"]["value"]) * 100),
                        currency=given["amount"]["currency"],
                    )
                ),
            )
        case "GET", ["payments", payment]:
            return _yookassa_payment(provider.known(payment))
        case "POST", ["refunds"]:
            return provider.once(
                key,
                body,
                lambda: _yookassa_refund(
                    provider.send_back(
                        given["payment_id"],
                        amount=int(Decimal(given["amount"]["value"]) * 100),
                        uid=given["metadata"]["refund"],
                    )
                ),
            )
        case "POST", ["receipts"]:
            provider.receipts.append(given)
            return {"id": provider._new("rt"), "status": "pending"}
        case "GET", ["refunds"]:
            rows = [each for each in provider.refunds.values() if each.payment == query["payment_id"]]
            first = int(query.get("cursor", 0))  # two per page, so that tests exercise paging
            page: Json = {"type": "list", "items": [_yookassa_refund(each) for each in rows[first : first + 2]]}
            return page | ({"next_cursor": str(first + 2)} if len(rows) > first + 2 else {})
    raise Refusal(404, "not_found")


def _yookassa_payment(payment: Paid) -> Json:
    return {
        "id": payment.id,
        "status": {"open": "pending", "paid": "succeeded", "failed": "canceled"}[payment.state],
        "amount": {"value": f"{Decimal(payment.amount) / 100:.2f}", "currency": payment.currency},
        "confirmation": {"type": "redirect", "confirmation_url": f"https://yoomoney.example/{payment.id}"},
        "metadata": {"payment": payment.uid},
    }


def _yookassa_refund(refund: SentBack) -> Json:
    return {
        "id": refund.id,
        "payment_id": refund.payment,
        "status": {"open": "pending", "done": "succeeded", "failed": "canceled"}[refund.state],
        "amount": {"value": f"{Decimal(refund.amount) / 100:.2f}", "currency": "RUB"},
        **({"metadata": {"refund": refund.uid}} if refund.uid else {}),
    }


def yookassa_message(provider: Provider, number: int) -> bytes:
    what, key = provider.events[number]
    names = {"paid": "payment.succeeded", "failed": "payment.canceled", "sent_back": "refund.succeeded"}
    about = (
        _yookassa_payment(provider.payments[key])
        if key in provider.payments
        else _yookassa_refund(provider.refunds[key])
    )
    return json.dumps({"type": "notification", "event": names.get(what, "refund.canceled"), "object": about}).encode()


# --- The server


@contextmanager
def serving(provider: Provider) -> Iterator[str]:
    """Start the server and yield its URL; `/v1/...` is Stripe's API, everything else YooKassa's."""

    class Requests(loopback.Handler):
        def do_GET(self) -> None:
            self.answer("")

        def do_POST(self) -> None:
            self.answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())

        def answer(self, body: str) -> None:
            parts = urlsplit(self.path)
            provider.requests.append(f"{self.command} {parts.path}")
            api = stripe if parts.path.startswith("/v1/") else yookassa
            key = self.headers.get("Idempotency-Key") or self.headers.get("Idempotence-Key") or ""
            try:
                if provider.is_down:
                    raise HangUp
                if not self.is_known():
                    raise Refusal(401, "invalid_credentials")
                if self.command == "POST" and not key and "expire" not in parts.path:
                    raise Refusal(400, "no_key")
                answer = api(provider, self.command, parts.path, dict(parse_qsl(parts.query)), body, key)
                self.say(200, answer)
            except HangUp:
                self.close_connection = True  # without an answer
            except Refusal as refusal:
                kind = "idempotency_error" if refusal.code == "idempotency_error" else "invalid_request_error"
                self.say(refusal.status, {"code": refusal.code, "error": {"type": kind, "code": refusal.code}})

        def is_known(self) -> bool:
            given = self.headers.get("Authorization", "")
            ours = base64.b64encode(f"{SHOP}:{SECRET}".encode()).decode()
            return re.fullmatch(rf"Bearer {SECRET}|Basic {re.escape(ours)}", given) is not None

        def say(self, status: int, answer: Json) -> None:
            self.send(status, json.dumps(answer).encode())

    with loopback.serving(Requests) as url:
        yield url
