"""The programme of a cinema as a calendar to subscribe to: changes replace events, cancelled sessions disappear."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from cinema import clock
from integrations.feeds.showtimes import cinema_or_404
from integrations.models import ListedSession
from screenings.calendars import CalendarEvent, calendar, event_uid
from screenings.models import Film, Hall

State = ListedSession.State
PAST = timedelta(days=1)  # of events that stay in the calendar after they began


@require_safe
@cache_control(public=True, max_age=300)
def programme_calendar(request: HttpRequest, key: int) -> HttpResponse:
    """Four queries, whatever the number of sessions."""
    cinema, at = cinema_or_404(str(key)), clock.now()
    rows = list(ListedSession.objects.filter(cinema=cinema, starts_at__gte=at - PAST).order_by("starts_at", "pk"))
    films = Film.objects.in_bulk({row.film_id for row in rows})
    halls = Hall.objects.in_bulk({row.hall_id for row in rows})
    events = [
        CalendarEvent(
            uid=event_uid(f"programme-{row.session_id}"),
            starts=row.starts_at,
            ends=row.ends_at,
            title=str(films[row.film_id]),
            place=", ".join(filter(None, [cinema.name, halls[row.hall_id].name, cinema.full_address])),
            sequence=row.version,
            cancelled=row.state in (State.CANCELLED, State.WITHDRAWN),
            link=settings.SITE_URL + reverse("shop:session", args=[row.session_id]),
        )
        for row in rows
        if row.film_id in films and row.hall_id in halls
    ]
    response = HttpResponse(calendar(events, at=at, method="PUBLISH"), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="cinema-{cinema.pk}.ics"'
    return response
