"""Errors of the API as `application/problem+json` (RFC 9457), with the codes of docs/errors.md."""

import json
import logging
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from accounts.errors import RateLimited
from cinema.status import Refused
from integrations.errors import ApiKeyRefused, RightMissing
from payments.errors import GatewayRefused, GatewayUnavailable
from screenings.errors import SeatLeftAlone

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"


class Problem(Schema):
    """What went wrong. Decide by `code`; `detail` is for people, in the language of Accept-Language."""

    type: str = Field("about:blank", description="Always about:blank.")
    title: str
    status: int
    code: str
    detail: str
    alternatives: list[list[int]] = Field(
        [], description="Of single_seat_left: ids of seats to take instead, by choice."
    )


STATUS_OF: list[tuple[type[Refused], int]] = [
    (ApiKeyRefused, 401),
    (RightMissing, 403),
    (RateLimited, 429),
    (GatewayUnavailable, 503),
    (GatewayRefused, 502),
    (Refused, 409),
]
#: The errors that a call with a key may answer, and those of one without.
WITHOUT_KEY = {404: Problem, 422: Problem}
WITH_KEY = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem, 429: Problem}
AT_GATEWAY = {**WITH_KEY, 502: Problem, 503: Problem}


def problem(status: int, code: str, detail: str, **more: Any) -> HttpResponse:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=CONTENT_TYPE)


def add_handlers(api: NinjaAPI) -> None:
    """Answer every error of this API as a problem."""

    @api.exception_handler(Refused)
    def refused(request: HttpRequest, refusal: Any) -> HttpResponse:
        status = next(status for kind, status in STATUS_OF if isinstance(refusal, kind))
        more = {}
        if isinstance(refusal, SeatLeftAlone):
            more["alternatives"] = [[seat.pk for seat in choice] for choice in refusal.instead]
        answer = problem(status, refusal.code, str(refusal), **more)
        if isinstance(refusal, RateLimited):
            answer["Retry-After"] = str(refusal.wait)
        if status == 401:
            answer["WWW-Authenticate"] = "Bearer"
        return answer

    @api.exception_handler(Http404)
    def not_found(request: HttpRequest, _error: Any) -> HttpResponse:
        return problem(404, "not_found", _("There is no such object, or this key may not see it."))

    @api.exception_handler(AuthenticationError)
    def no_key(request: HttpRequest, _error: Any) -> HttpResponse:
        return refused(request, ApiKeyRefused())

    @api.exception_handler(ValidationError)
    def not_valid(request: HttpRequest, error: Any) -> HttpResponse:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors[:10])
        return problem(422, "request_not_valid", wrong)

    @api.exception_handler(HttpError)
    def http_error(request: HttpRequest, error: Any) -> HttpResponse:
        return problem(error.status_code, "request_not_valid", str(error))
