"""The screen in the foyer: the next sessions of a cinema, how many seats are left, and what is sold out.

The page asks for new data every half minute. It keeps the last data in the browser, and a service worker keeps the page
itself: without a line the screen goes on, leaves out what has started, and says of when it is.
"""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from cinema import clock
from integrations.feeds.showtimes import cinema_or_404
from orders.availability.seat_counts import seat_counts
from screenings.listings import advertised
from screenings.models import Cinema

SHOWN = 30  # sessions: a screen without a line has enough for hours
AHEAD = timedelta(hours=24)


@require_safe
@cache_control(max_age=0, must_revalidate=True)
def foyer(request: HttpRequest, key: int) -> HttpResponse:
    cinema = cinema_or_404(str(key))
    return render(request, "integrations/foyer.html", {"cinema": cinema, "data": foyer_data(cinema, at=clock.now())})


@require_safe
@never_cache
def foyer_json(request: HttpRequest, key: int) -> HttpResponse:
    return JsonResponse(foyer_data(cinema_or_404(str(key)), at=clock.now()))


@require_safe
@cache_control(max_age=0, must_revalidate=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. Its address says which pages it may serve: those below /foyer/."""
    return render(request, "integrations/foyer_worker.js", content_type="text/javascript; charset=utf-8")


def foyer_data(cinema: Cinema, *, at: datetime) -> dict[str, Any]:
    """The next sessions as the screen shows them. Reads only."""
    ahead = advertised(at).filter(hall__cinema=cinema, start_datetime__lte=at + AHEAD)
    sessions = list(ahead.select_related("film", "hall").order_by("start_datetime", "pk")[:SHOWN])
    counts = seat_counts(sessions, at=at)
    return {
        "as_of": f"{cinema.local(at):%H:%M}",
        "sessions": [
            {
                "starts_at": session.start_datetime.isoformat(),
                "time": f"{cinema.local(session.start_datetime):%H:%M}",
                "film": f"{session.film.title}",
                "age_rating": session.film.age_rating,
                "hall": session.hall.name,
                "format": session.format,
                "seats": counts[session.pk].band,
            }
            for session in sessions
        ],
    }
