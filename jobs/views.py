import logging

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from cinema import clock
from jobs.status import late

logger = logging.getLogger(__name__)


@csrf_exempt  # so that a POST gets 405 with the allowed methods, not a CSRF error
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Health check: 200 if the database answers and no job is late, otherwise 503. Only the log names late jobs."""
    try:
        behind = late(clock.now())
    except Exception:  # monitoring must get an answer whatever fails
        logger.exception("Health check failed")
        behind = ["all"]
    else:
        if behind:
            logger.warning("Late jobs: %s", ", ".join(behind))
    ok = not behind
    return HttpResponse("ok" if ok else "not ok", content_type="text/plain", status=200 if ok else 503)
