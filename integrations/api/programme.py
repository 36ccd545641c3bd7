"""The part of the API that anybody may read: what the shop announces, and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router

from cinema import clock
from integrations.api import schemas
from integrations.api.problems import WITHOUT_KEY
from integrations.api.schemas import Id, money
from integrations.models import ListedSession
from orders.availability.seat_counts import seat_counts
from orders.availability.seat_map import SeatMap
from screenings.listings import advertised
from screenings.models import Cinema, Film, Hall, SeatKind, Session
from screenings.ticket_price import quote

router = Router(tags=["Programme"])

PAGE = 200  # sessions
#: `as_of` is that much earlier than the request: a pass of the job that had begun by then may still be unfinished.
OVERLAP = timedelta(minutes=5)
TOMBSTONES_KEPT = timedelta(days=60)  # how far back `changed_since` reaches
CACHED = "public, max-age=30"


@router.get("/cinemas", response={200: list[schemas.CinemaOut]}, summary="Cinemas")
def cinemas(request: HttpRequest, response: HttpResponse) -> Any:
    response["Cache-Control"] = CACHED
    return [
        {"id": each.pk, "name": each.name, "city": each.city, "address": each.address, "time_zone": each.time_zone}
        for each in Cinema.objects.order_by("pk")
    ]


@router.get("/cinemas/{cinema_id}/halls", response={200: list[schemas.HallOut], **WITHOUT_KEY}, summary="Halls")
def halls(request: HttpRequest, response: HttpResponse, cinema_id: Id) -> Any:
    if not Cinema.objects.filter(pk=cinema_id).exists():
        raise Http404
    response["Cache-Control"] = CACHED
    found = Hall.objects.filter(cinema=cinema_id).annotate(seat_count=Count("seats")).order_by("pk")
    return [{"id": each.pk, "cinema_id": each.cinema_id, "name": each.name, "seats": each.seat_count} for each in found]


@router.get("/films", response={200: list[schemas.FilmOut]}, summary="Films that are on sale")
def films(request: HttpRequest, response: HttpResponse) -> Any:
    response["Cache-Control"] = CACHED
    shown = advertised(clock.now()).filter(film=OuterRef("pk"))
    found = Film.objects.filter(Exists(shown)).prefetch_related("genres").order_by("pk")
    return [
        {
            "id": film.pk,
            "title": film.title,
            "original_title": film.original_title,
            "year": film.year,
            "duration_minutes": film.duration_minutes,
            "age_rating": film.age_rating,
            "genres": [genre.name for genre in film.genres.all()],
        }
        for film in found
    ]


class Filters(schemas.Schema):
    cinema_id: Id | None = None
    film_id: Id | None = None
    changed_since: datetime | None = schemas.Field(
        default=None, description="Also sessions that left since then, with their state. At most 60 days ago."
    )
    after: str | None = schemas.Field(default=None, max_length=60, description="`next` of the page before.")


@router.get(
    "/sessions",
    response={200: schemas.SessionsOut, **WITHOUT_KEY},
    summary="Sessions on sale, or all that changed since an instant",
)
def sessions(request: HttpRequest, response: HttpResponse, filters: Query[Filters]) -> Any:
    at = clock.now()
    response["Cache-Control"] = CACHED
    rows = ListedSession.objects.select_related("cinema")
    if filters.cinema_id is not None:
        rows = rows.filter(cinema=filters.cinema_id)
    if filters.film_id is not None:
        rows = rows.filter(film_id=filters.film_id)
    if filters.changed_since is None:
        rows = rows.filter(state=ListedSession.State.ON_SALE, session_id__in=advertised(at).order_by().values("pk"))
    else:
        since = min(max(_aware(filters.changed_since), at - TOMBSTONES_KEPT), at)
        rows = rows.filter(changed_at__gte=since)
    if filters.after is not None:
        rows = rows.filter(_after(filters.after))
    page = list(rows.order_by("changed_at", "pk")[: PAGE + 1])
    last = page[PAGE - 1] if len(page) > PAGE else None
    return {
        "as_of": at - OVERLAP,
        "sessions": [session_out(row) for row in page[:PAGE]],
        "next": last and f"{last.changed_at.isoformat()}_{last.pk}",
    }


def session_out(row: ListedSession) -> dict[str, Any]:
    cinema = row.cinema
    return {
        "id": row.session_id,
        "state": row.state,
        "version": row.version,
        "changed_at": row.changed_at,
        "cinema_id": cinema.pk,
        "hall_id": row.hall_id,
        "film_id": row.film_id,
        "starts_at": row.starts_at,
        "starts_local": cinema.local(row.starts_at).isoformat(),
        "ends_at": row.ends_at,
        "format": row.format,
        "language": row.language,
        "subtitles": row.subtitles,
        "price": money(row.price),
        "url": settings.SITE_URL + reverse("shop:session", args=[row.session_id]),
    }


@router.get(
    "/sessions/{session_id}/prices",
    response={200: list[schemas.PriceOut], **WITHOUT_KEY},
    summary="Prices by seat kind and ticket type",
)
def prices(request: HttpRequest, response: HttpResponse, session_id: Id) -> Any:
    seat_map = SeatMap(announced(session_id, at=clock.now()), at=clock.now())
    response["Cache-Control"] = CACHED
    kinds = [kind for kind in SeatKind.values if any(seat.kind == kind for seat in seat_map.seats)]
    return [
        {
            "ticket_type_id": each.pk,
            "ticket_type": each.name,
            "seat_kind": kind,
            "price": money(quote(seat_map.session, kind, each, seat_map.terms).price),
        }
        for kind in kinds
        for each in seat_map.types
    ]


@router.get(
    "/sessions/{session_id}/availability",
    response={200: schemas.AvailabilityOut, **WITHOUT_KEY},
    summary="How many seats are free",
)
def availability(request: HttpRequest, response: HttpResponse, session_id: Id) -> Any:
    at = clock.now()
    session = announced(session_id, at=at)
    response["Cache-Control"] = "public, max-age=5"
    count = seat_counts([session], at=at)[session.pk]
    return {
        "session_id": session.pk,
        "on_sale": True,
        "capacity": count.capacity,
        "free": count.free,
        "free_wheelchair_spaces": count.wheelchairs,
        "sold_out": count.sold_out,
    }


def announced(key: int, *, at: datetime) -> Session:
    """The session, if the shop announces it at `at`; otherwise `Http404`."""
    session = advertised(at).select_related("film", "hall__cinema").filter(pk=key).first()
    if session is None:
        raise Http404
    return session


def _aware(instant: datetime) -> datetime:
    """Without an offset, an instant is in UTC."""
    return instant if instant.tzinfo else instant.replace(tzinfo=clock.now().tzinfo)


def _after(text: str) -> Q:
    instant, _line, key = text.rpartition("_")
    try:
        changed_at, pk = datetime.fromisoformat(instant), int(key)
        if changed_at.tzinfo:
            changed_at = changed_at.astimezone(UTC)  # databases take fewer offsets than Python
    except (ValueError, OverflowError):
        raise Http404 from None
    in_range = 1970 <= changed_at.year < 9999  # databases store no instants outside
    if not (changed_at.tzinfo and in_range and 0 < pk <= schemas.LARGEST_ID):
        raise Http404
    return Q(changed_at__gt=changed_at) | Q(changed_at=changed_at, pk__gt=pk)
