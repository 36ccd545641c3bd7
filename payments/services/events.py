"""Stores the events that gateways report, and finds the payments that they are about."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from payments.errors import GatewayRefused
from payments.gateways import WebhookHint, client
from payments.models import GatewayEvent, Payment


def record_event(hint: WebhookHint, *, gateway: str, at: datetime) -> GatewayEvent:
    """Store an event once, with the payment that it names. That payment is due to be polled from now on.

    So the job polls it if this process dies before it asks the gateway. Owns its transaction.
    """
    with transaction.atomic(durable=True):
        event, is_new = GatewayEvent.objects.get_or_create(
            gateway=gateway, event_id=hint.event_id[:200], defaults={"received_at": at}
        )
        payment = _payment_named(hint, gateway)
        if is_new and payment is not None:
            _attach(event, payment, at=at)
    return event


def look_up_payment(event: GatewayEvent, hint: WebhookHint, *, at: datetime) -> Payment | None:
    """The payment that the event is about; where the event does not name it, the gateway is asked.

    Raises `GatewayUnavailable` if it cannot be asked. Must not be called inside a transaction: it talks to a network.
    """
    payment = _payment_named(hint, event.gateway)
    if payment is not None or not hint.reference:
        return payment
    try:
        payment = _payment_named(
            replace(hint, external_id=client(event.gateway).find_external_id(hint.reference)), event.gateway
        )
    except GatewayRefused:  # it does not know the reference, or does not tell us
        return None
    if payment is not None:
        with transaction.atomic(durable=True):
            _attach(event, payment, at=at)
    return payment


def _attach(event: GatewayEvent, payment: Payment, *, at: datetime) -> None:
    Payment.objects.filter(pk=payment.pk).update(next_poll_at=at)
    event.payment = payment
    event.save(update_fields=["payment"])


def _payment_named(hint: WebhookHint, gateway: str) -> Payment | None:
    """The payment with the id that the gateway gave it, or else with the `uid` that we gave it."""
    payments = Payment.objects.filter(gateway=gateway)
    if hint.external_id and (found := payments.filter(external_id=hint.external_id).first()):
        return found
    try:
        uid = UUID(hint.uid)
    except ValueError:
        return None
    return payments.filter(uid=uid).first()
