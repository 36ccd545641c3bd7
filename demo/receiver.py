"""A receiver of webhooks, which shows the last ones that came. It remembers them until the server stops."""

import hmac
import json
from collections import deque

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from demo.connections import RECEIVER
from integrations.models import WebhookEndpoint
from integrations.webhooks.signing import signature

KEPT = 50

_came: deque[str] = deque(maxlen=KEPT)


@csrf_exempt  # a sender has no CSRF token; the signature is verified instead
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def demo_receiver(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return HttpResponse("\n".join(_came) or "Nothing has come yet.", content_type="text/plain; charset=utf-8")
    if not _is_genuine(request):
        return HttpResponse(status=400)
    line = f"{request.headers['webhook-id']}  {json.dumps(json.loads(request.body), ensure_ascii=False)}"
    if line not in _came:  # the same number: it has come before
        _came.appendleft(line)
    return HttpResponse(status=204)


def _is_genuine(request: HttpRequest) -> bool:
    endpoint = WebhookEndpoint.objects.filter(name=RECEIVER).first()
    number, timestamp = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    if endpoint is None or not (timestamp.isascii() and timestamp.isdecimal()):
        return False
    expected = signature([endpoint.secret], message_id=number, timestamp=int(timestamp), body=request.body)
    given = request.headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected.encode(), each.encode()) for each in given)
