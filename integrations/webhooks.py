"""Where gateways tell us that something happened. What they say is a hint: it makes us ask, and nothing else.

A message is verified, stored once, and then the gateway is asked. Whoever sends it learns little: 200 once it is
stored, whatever becomes of it (the job asks about the payment again), 400 when it is not from the gateway, 404 for a
gateway that is not set up, 413 when it is too long. When it could not be stored, or the gateway has to say first which
payment it is about and is away (503), the answer is an error, and it is sent again.
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

LONGEST = 256 * 1024  # bytes; a gateway's own are a few kilobytes


@csrf_exempt  # a gateway has no cookie of ours; the message is verified instead
@never_cache
@require_POST
@transaction.non_atomic_requests
def receive(request: HttpRequest, gateway: str) -> HttpResponse:
    at = clock.now()
    try:
        talks_to = client(gateway)
    except GatewayUnavailable:
        return HttpResponse(status=404)
    if _is_too_long(request):
        return HttpResponse(status=413)
    try:
        hint = talks_to.parse_webhook(request.body, request.headers, address=client_address(request), at=at)
    except UnverifiedWebhook:
        logger.warning("A message that claims to be from %s is not", gateway)  # and nothing of what it says
        return HttpResponse(status=400)
    event = handle_gateway_event(hint, gateway=gateway, at=at)
    return HttpResponse(status=503 if event.handled_at is None and event.payment is None else 200)


def _is_too_long(request: HttpRequest) -> bool:
    try:
        return len(request.body) > LONGEST
    except RequestDataTooBig:
        return True
