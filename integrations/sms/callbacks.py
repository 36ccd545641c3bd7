"""Receives the delivery reports of SMS providers, each in its own form.

A report is only a hint: whatever it says, the job asks the provider. So nobody gains by forging one, and a lost one
costs nothing but time.
"""

import re
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cinema import clock
from notifications.services.sms import hint

MOST = 100  # reports in one message
NUMBER = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what providers call an SMS; anybody can send anything else


@csrf_exempt  # a provider has no CSRF token; what it says is not believed but asked back
@never_cache
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    if named := [number for number in _named(request) if NUMBER.fullmatch(number)][:MOST]:
        hint(named, at=clock.now())
    return HttpResponse("100", content_type="text/plain")  # what SMS.ru wants to read


def _named(request: HttpRequest) -> Iterator[str]:
    """The numbers of the SMS that the message is about."""
    for name, text in request.POST.items():
        if name in ("MessageSid", "id"):  # Twilio and SMSC
            yield str(text)
        elif name.startswith("data["):  # SMS.ru: the kind, the number and the code, a line each
            lines = str(text).splitlines()
            if len(lines) > 1 and lines[0] == "sms_status":
                yield lines[1]
