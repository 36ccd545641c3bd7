"""Receives the webhooks of payment gateways.

A webhook is only a hint: it is verified and stored once, and then the gateway is asked for the state of the payment.
Responses: 200 once it is stored, even if processing it fails (a job polls the payment later); 400 if it is not genuine;
404 if the gateway is not configured; 413 if it is too large; 503 if only the gateway can say which payment it is about
and the gateway is unavailable. Gateways send a webhook again after a 5xx response.
"""

import logging

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cinema import clock
from cinema.http import client_address
from orders.services import handle_gateway_event
from payments.errors import GatewayUnavailable, UnverifiedWebhook
from payments.gateways import client

logger = logging.getLogger(__name__)

MAX_BODY_SIZE = 256 * 1024  # bytes; genuine webhooks have a few kilobytes


@csrf_exempt  # gateways send no CSRF token; the message itself is verified instead
@never_cache
@require_POST
@transaction.non_atomic_requests
def receive(request: HttpRequest, gateway: str) -> HttpResponse:
    at = clock.now()
    try:
        gateway_client = client(gateway)
    except GatewayUnavailable:
        return HttpResponse(status=404)
    if _is_too_long(request):
        return HttpResponse(status=413)
    try:
        hint = gateway_client.parse_webhook(request.body, request.headers, address=client_address(request), at=at)
    except UnverifiedWebhook:
        logger.warning("Rejected a webhook that is not from %s", gateway)  # its text is not logged
        return HttpResponse(status=400)
    event = handle_gateway_event(hint, gateway=gateway, at=at)
    return HttpResponse(status=503 if event.handled_at is None and event.payment is None else 200)


def _is_too_long(request: HttpRequest) -> bool:
    try:
        return len(request.body) > MAX_BODY_SIZE
    except RequestDataTooBig:
        return True
