import logging

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from cinema import clock
from jobs.status import late

logger = logging.getLogger(__name__)


@csrf_exempt  # so that anything but a read is told what is allowed, not that it lacks a token
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 while the database answers and no job is late, otherwise 503; only staff and the log are told which."""
    try:
        behind = late(clock.now())
    except Exception:  # whatever it is, a watcher wants an answer
        logger.exception("The health of the house cannot be told")
        behind = ["all"]
    else:
        if behind:
            logger.warning("Late: %s", ", ".join(behind))
    ok = not behind
    return HttpResponse("ok" if ok else "not ok", content_type="text/plain", status=200 if ok else 503)
