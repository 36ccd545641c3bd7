"""/healthz, for monitors."""

import ipaddress
import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed

from cinema import clock
from jobs.status import late, starting

logger = logging.getLogger(__name__)

PATH = "/healthz"
#: What a proxy adds to the requests that it hands on.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_PROTO", "HTTP_VIA")


class HealthCheckMiddleware:
    """Answers /healthz before anything else looks at the request.

    So a monitor may use plain HTTP and any host name, 127.0.0.1 too: the answer contains neither.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return healthz(request) if request.path_info == PATH else self.get_response(request)


def healthz(request: HttpRequest) -> HttpResponse:
    """Health check: 200 if the database answers and no job is late, otherwise 503.

    200 "starting" before the first pass of a job. Only requests from this machine are told what is wrong; staff see it
    on the page of the jobs, and the log has it.
    """
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    try:
        at = clock.now()
        behind = late(at)
        text = "starting" if starting(at) else "ok"
        trouble = f"late jobs: {', '.join(behind)}" if behind else ""
    except Exception as error:  # monitoring must get an answer whatever fails
        logger.exception("Health check failed")
        trouble = f"the database does not answer ({type(error).__name__})"
    else:
        if behind:
            logger.warning("Late jobs: %s", ", ".join(behind))
    if trouble:
        text = f"not ok: {trouble}" if _is_local(request) else "not ok"
    response = HttpResponse(text, content_type="text/plain", status=503 if trouble else 200)
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _is_local(request: HttpRequest) -> bool:
    """Whether a program on this machine asks, and not a proxy on behalf of somebody else."""
    if any(name in request.META for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
