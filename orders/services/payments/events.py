"""Handles events that gateways report by webhook: the event is stored, then the gateway is asked about the payment."""

from datetime import datetime

from orders.services.payments.gateway import settle_payment
from payments.errors import GatewayUnavailable
from payments.gateways import WebhookHint
from payments.models import GatewayEvent
from payments.services import link_external_id, look_up_payment, record_event


def handle_gateway_event(hint: WebhookHint, *, gateway: str, at: datetime) -> GatewayEvent:
    """Store a verified event of a gateway and ask the gateway about the payment.

    Duplicate events are ignored. Events about unknown payments are stored and not processed: another shop may share the
    account. If the gateway cannot be asked now, the job `reconcile_payments` does it. An event that is returned without
    a payment and not handled has to be sent again: only the gateway could have said which payment it is about. Must not
    be called inside a transaction: it talks to a network.
    """
    event = record_event(hint, gateway=gateway, at=at)
    if event.handled_at is not None:
        return event
    try:
        payment = look_up_payment(event, hint, at=at)
    except GatewayUnavailable:
        return event
    if payment is not None:
        if hint.external_id and not payment.external_id:
            link_external_id(payment, hint.external_id)
        settled = settle_payment(payment, at=at)
        if settled.next_poll_at is not None and settled.next_poll_at <= at:
            return event  # the gateway did not answer
    event.handled_at = at
    event.save(update_fields=["handled_at"])
    return event
