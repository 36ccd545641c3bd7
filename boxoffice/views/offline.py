"""The door without a network: the evening's list for the device and for paper, the upload of scans, and conflicts."""

import json
import re
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from boxoffice.access import BoxOfficeRequest, page
from boxoffice.models import OfflineScan
from boxoffice.services import offline_scans
from boxoffice.services.offline_list import evening_list, printed_list
from boxoffice.views.door import PERMISSION

MOST_SCANS = 200  # in one upload


@page(PERMISSION, in_background=True)
@require_safe
def evening(request: BoxOfficeRequest) -> HttpResponseBase:
    return JsonResponse(evening_list(request.device, actor=request.user, at=request.at))


@page(PERMISSION)
@require_safe
def printed(request: BoxOfficeRequest) -> HttpResponseBase:
    found = printed_list(request.device, at=request.at)
    context = {"screenings": found, "cinema": request.cinema, "at": request.at, "paper": "a4"}
    return TemplateResponse(request, "boxoffice/print_door.html", context)


@page(PERMISSION, in_background=True)
@require_POST
def upload(request: BoxOfficeRequest) -> HttpResponseBase:
    """Stores the scans that waited on the device, and says which are stored."""
    try:
        sent_at = _time(request.POST.get("sent_at"))
        scans = [_scan(each) for each in json.loads(request.POST.get("scans", ""))[:MOST_SCANS]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadRequest("scans") from error
    stored = offline_scans.store(scans, device=request.device, actor=request.user, sent_at=sent_at, at=request.at)
    return JsonResponse({"stored": [str(each) for each in stored]})


@page(PERMISSION)
@require_safe
def conflicts(request: BoxOfficeRequest) -> HttpResponseBase:
    found = list(offline_scans.conflicts(request.cinema, at=request.at)[:200])
    return TemplateResponse(
        request, "boxoffice/door_conflicts.html", {"conflicts": found, "scans": offline_scans.other_scans(found)}
    )


@require_safe
@cache_control(max_age=0, must_revalidate=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. Its address says which pages it may serve: the door's."""
    return render(request, "boxoffice/door_worker.js", content_type="text/javascript; charset=utf-8")


def _scan(found: dict[str, Any]) -> offline_scans.Waiting:
    """A scan as the device's script wrote it. Raises ValueError, TypeError or KeyError for anything else."""
    return offline_scans.Waiting(
        uuid=UUID(found["uuid"]),
        code=_text(found["code"], 80),
        decision=OfflineScan.Decision(found["decision"]),
        at=_time(found["at"]),
        seal=_text(found["seal"], 500),
        listed=_text(found.get("listed", ""), 160),
        proof=_text(found.get("proof", ""), 40),
    )


def _text(value: Any, length: int) -> str:
    if not isinstance(value, str) or re.search(r"[\x00-\x1f\ud800-\udfff]", value):  # JSON can hold half a character
        raise TypeError
    return value[:length]


def _time(value: Any) -> datetime:
    """An instant of this century with its zone. Raises ValueError or TypeError."""
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None or not 2000 < instant.year < 2100:
        raise ValueError
    return instant
