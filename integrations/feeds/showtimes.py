"""Showtimes of the next days, as JSON and XML, for signage, projection systems and aggregators."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from cinema import clock
from cinema.ids import is_valid_id
from orders.availability.seat_counts import seat_counts
from screenings.listings import listed_sessions
from screenings.models import Cinema, FormatCode, Session

MOST_DAYS = 14
ILLEGAL_IN_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


def showtimes(cinema: Cinema | None, *, days: int, at: datetime) -> list[dict[str, Any]]:
    """The sessions that the shop announces on these programme days. A constant number of queries. Reads only."""
    first = (cinema or Cinema(time_zone=settings.TIME_ZONE)).business_date(at)
    # A chain has several zones: a day more, so that no cinema lacks one.
    return described(listed_sessions(first=first, days=days + (cinema is None), cinema=cinema, at=at), at=at)


def described(sessions: Sequence[tuple[Session, datetime]], *, at: datetime) -> list[dict[str, Any]]:
    counts = seat_counts([session for session, _starts in sessions], at=at)
    codes = FormatCode.of(FormatCode.System.PROJECTION)
    return [
        {
            "session_id": session.pk,
            "site": {"id": session.hall.cinema_id, "name": session.hall.cinema.name},
            "screen": {"id": session.hall_id, "name": session.hall.name},
            "film": {
                "id": session.film_id,
                "title": session.film.title,
                "age_rating": session.film.age_rating,
                "duration_minutes": session.film.duration_minutes,
                "external_id": session.film.external_id,
            },
            "format": session.format,
            "format_code": codes[session.format],
            "language": session.language,
            "subtitles": session.subtitles,
            "preshow_start": starts.isoformat(),
            "feature_start": (starts + timedelta(minutes=session.hall.cinema.adverts_minutes)).isoformat(),
            "feature_end": session.hall.cinema.local(session.end_datetime).isoformat(),
            "cleaning_end": session.hall.cinema.local(session.free_from).isoformat(),
            "price": f"{session.price:.2f}",
            "seats": counts[session.pk].band,
            "url": settings.SITE_URL + reverse("shop:session", args=[session.pk]),
        }
        for session, starts in sessions
    ]


def as_xml(rows: Sequence[dict[str, Any]]) -> bytes:
    """The same as the JSON: an element for each name."""
    root = Element("showtimes")
    for row in rows:
        _add(SubElement(root, "session"), row)
    indent(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="utf-8") + b"\n"


def _add(parent: Element, values: dict[str, Any]) -> None:
    for name, value in values.items():
        child = SubElement(parent, name)
        if isinstance(value, dict):
            _add(child, value)
        else:
            child.text = str(value).translate(ILLEGAL_IN_XML)


def requested_cinema(request: HttpRequest) -> Cinema | None:
    key = request.GET.get("cinema", "")
    return cinema_or_404(key) if key else None


def cinema_or_404(key: str) -> Cinema:
    cinema = Cinema.objects.filter(pk=int(key)).first() if is_valid_id(key) else None
    if cinema is None:
        raise Http404
    return cinema


def requested_days(request: HttpRequest) -> int:
    text = request.GET.get("days", "7")
    return min(int(text), MOST_DAYS) if is_valid_id(text) and int(text) else 1


def _rows(request: HttpRequest) -> list[dict[str, Any]]:
    if not hasattr(request, "showtimes"):
        request.showtimes = showtimes(requested_cinema(request), days=requested_days(request), at=clock.now())  # type: ignore[attr-defined]
    rows: list[dict[str, Any]] = request.showtimes  # type: ignore[attr-defined]
    return rows


def etag(request: HttpRequest, **_kwargs: Any) -> str:
    return f'"{hashlib.sha256(repr(_rows(request)).encode()).hexdigest()[:32]}"'


@require_safe
@cache_control(public=True, max_age=30)
@condition(etag_func=etag)
def showtimes_json(request: HttpRequest) -> HttpResponse:
    body = json.dumps({"showtimes": _rows(request)}, ensure_ascii=False)
    return HttpResponse(body, content_type="application/json; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=30)
@condition(etag_func=etag)
def showtimes_xml(request: HttpRequest) -> HttpResponse:
    return HttpResponse(as_xml(_rows(request)), content_type="application/xml; charset=utf-8")
