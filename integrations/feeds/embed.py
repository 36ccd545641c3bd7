"""The programme of a cinema for a frame on its own site: a page without scripts and cookies, whose links open the shop.

`EMBED_ON` lists the sites that may show it; a browser shows it on no others.
"""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from cinema import clock
from cinema.money import format_money
from integrations.feeds.showtimes import cinema_or_404, requested_days
from orders.availability.seat_counts import seat_counts
from screenings.listings import listed_sessions
from screenings.models import Cinema, Film


@require_safe
@cache_control(public=True, max_age=60)
@xframe_options_exempt
def programme(request: HttpRequest, key: int) -> HttpResponse:
    """`?days=7` programme days; `?language=ru` rather than the language of the browser."""
    cinema, at = cinema_or_404(str(key)), clock.now()
    language = request.GET.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = translation.get_language() or settings.LANGUAGE_CODE
    with translation.override(language):
        days = days_of(cinema, days=requested_days(request), at=at)
        response = render(request, "integrations/embed.html", {"cinema": cinema, "days": days, "language": language})
    response._csp_replace = {"frame-ancestors": settings.EMBED_ON or ["'none'"]}  # type: ignore[attr-defined]
    return response


def days_of(cinema: Cinema, *, days: int, at: datetime) -> list[tuple[date, list[dict[str, Any]]]]:
    """Each programme day with its films, in the order of their first screening. A constant number of queries."""
    found = listed_sessions(first=cinema.business_date(at), days=days, cinema=cinema, at=at)
    counts = seat_counts([session for session, _starts in found], at=at)
    by_day: dict[date, dict[Film, list[Any]]] = {}
    for session, starts in found:
        films = by_day.setdefault(cinema.business_date(session.start_datetime), {})
        price, seats = format_money(session.price), counts[session.pk].band
        shown = {"session": session, "starts": starts, "price": price, "seats": seats}
        films.setdefault(session.film, []).append(shown)
    return [
        (day, [{"film": film, "screenings": shown} for film, shown in films.items()]) for day, films in by_day.items()
    ]
