"""Receives what ATOL Online says once it has printed a receipt, or could not.

It is only a hint, since nothing proves who sent it: whatever it says, the job `check_receipts` asks for the result. So
nobody gains by forging one, and a lost one costs nothing but time.
"""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cinema import clock
from payments.services import hint_printed


@csrf_exempt  # ATOL has no CSRF token; what it says is not believed but asked back
@never_cache
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    try:
        said = json.loads(request.body)
        number = str(UUID(said["uuid"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return HttpResponse(status=400)
    hint_printed(number, at=clock.now())
    return HttpResponse()
