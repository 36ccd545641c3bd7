"""Receives the webhooks of partners that send newsletters: each is only a hint to read who has unsubscribed.

The address has a secret number of the list. Mailchimp tries it by a GET when it is entered.
"""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cinema import clock
from integrations.services.marketing import hint


@csrf_exempt  # a partner has no CSRF token; what it says is not believed but asked back
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def receive(_request: HttpRequest, uid: UUID) -> HttpResponse:
    if not hint(uid, at=clock.now()):
        raise Http404
    return HttpResponse("ok", content_type="text/plain")
