"""A gateway's message, verified by who calls: stored once, then the gateway is asked."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from orders.services.payments.gateway import link_external_id, settle_payment
from payments.errors import GatewayRefused, GatewayUnavailable
from payments.gateways import WebhookHint, client
from payments.models import GatewayEvent, Payment


def handle_gateway_event(hint: WebhookHint, *, gateway: str, at: datetime) -> GatewayEvent:
    """Store an event of a gateway and ask the gateway about the payment.

    Duplicate events are ignored. Events about unknown payments are stored and not processed: another shop may share the
    account. If the gateway cannot be asked now, the job `reconcile_payments` does it. An event that is returned without
    a payment and not handled has to be sent again: only the gateway could have said which payment it is about. Must not
    be called inside a transaction: it talks to a network.
    """
    with transaction.atomic(durable=True):
        event, is_new = GatewayEvent.objects.get_or_create(
            gateway=gateway, event_id=hint.event_id[:200], defaults={"received_at": at}
        )
        payment = _meant(hint, gateway)
        if is_new and payment is not None:
            _note(event, payment, at=at)
    if event.handled_at is not None:
        return event
    if payment is None and hint.reference:
        try:
            payment = _meant(replace(hint, external_id=client(gateway).find_external_id(hint.reference)), gateway)
        except GatewayUnavailable:
            return event
        except GatewayRefused:  # it knows no such thing, or does not tell us
            payment = None
        if payment is not None:
            with transaction.atomic(durable=True):
                _note(event, payment, at=at)
    if payment is not None:
        if hint.external_id and not payment.external_id:
            link_external_id(payment, hint.external_id)
        settled = settle_payment(payment, at=at)
        if settled.next_poll_at is not None and settled.next_poll_at <= at:
            return event  # the gateway did not answer
    event.handled_at = at
    event.save(update_fields=["handled_at"])
    return event


def _note(event: GatewayEvent, payment: Payment, *, at: datetime) -> None:
    """Before the gateway is asked: should we die on the way, the job finds the payment."""
    Payment.objects.filter(pk=payment.pk).update(next_poll_at=at)
    event.payment = payment
    event.save(update_fields=["payment"])


def _meant(hint: WebhookHint, gateway: str) -> Payment | None:
    """The payment of which the message is, by its id there or by the name that we gave it."""
    payments = Payment.objects.filter(gateway=gateway)
    if hint.external_id and (found := payments.filter(external_id=hint.external_id).first()):
        return found
    try:
        named = UUID(hint.uid)
    except ValueError:  # no name of ours
        return None
    return payments.filter(uid=named).first()
