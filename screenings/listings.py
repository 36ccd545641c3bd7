"""Which sessions the shop and search engines list, and on which day of the programme."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache

from django.conf import settings
from django.db.models import BooleanField, Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.expressions import RawSQL

from screenings.models import AgeRating, Cinema, Film, Hall, Seat, Session, TicketType, ratings_from

#: The shop's pages, for links in messages; a test compares the shop's.
SESSION_PATH, FILM_PATH = "/sessions/{pk}/", "/films/{pk}/"


def session_link(session: int) -> str:
    """The address of the page where the session (primary key) is bought."""
    return settings.SITE_URL + SESSION_PATH.format(pk=session)


def film_link(film: int) -> str:
    """The address of the film's page (primary key)."""
    return settings.SITE_URL + FILM_PATH.format(pk=film)


def advertised(at: datetime) -> QuerySet[Session]:
    """The sessions on sale that customers can really buy: programme, film pages and search engines show no other.

    None without a gateway to pay through, and none without a ticket type that anybody can buy for a film of its age
    rating. A hall must have seats.
    """
    if not settings.PAYMENT_GATEWAYS:
        return Session.objects.none()
    return Session.objects.in_shop(at).filter(_buyable())


@cache
def _buyable() -> Q:
    """That a hall has seats, and a film's age rating a ticket type. Both are asked several times on a page, so what
    depends on no other row is compiled once.
    """
    types = TicketType.objects.filter(is_active=True, sold_to=TicketType.SoldTo.ANYBODY).order_by().values("pk")
    rated = Q()
    for rating in AgeRating.values:
        suitable = types.filter(highest_rating__in=["", *sorted(ratings_from(rating))])
        sql, params = suitable.query.sql_with_params()
        rated |= Q(RawSQL(f"EXISTS ({sql})", params, BooleanField()), film__age_rating=rating)  # noqa: S611 - our own
    return rated & Q(Exists(Seat.objects.filter(hall=OuterRef("hall"))))


def listed_sessions(
    *,
    first: date | None = None,
    days: int = 1,
    cinema: Cinema | None = None,
    film: Film | None = None,
    films: Mapping[int, Film] | None = None,
    at: datetime,
) -> list[tuple[Session, datetime]]:
    """The advertised sessions of `days` programme days from `first`, or all, each with its start in the cinema's zone.

    A session that starts after midnight belongs to the evening before: `Cinema.business_date`. `films` are those that
    are advertised, by key, where the caller has read them. Three queries, two with `film` or `films`.
    """
    sessions = (
        advertised(at)
        .prefetch_related(Prefetch("hall", Hall.objects.select_related("cinema")))  # few halls, many sessions
        .order_by("start_datetime", "pk")
    )
    if first is not None:
        # No clock is further from UTC than 14 hours: what is read beyond the days is left out below.
        begin = datetime.combine(first, time.min, tzinfo=at.tzinfo)
        sessions = sessions.filter(
            start_datetime__gte=begin - timedelta(hours=14), start_datetime__lt=begin + timedelta(days=days, hours=23)
        )
    if cinema is not None:
        sessions = sessions.filter(hall__cinema=cinema)
    if film is not None:
        sessions, films = sessions.filter(film=film), {film.pk: film}
    elif films is None:
        sessions = sessions.prefetch_related("film")
    else:
        sessions = sessions.filter(film__in=films)  # one that was planned in the meantime is shown the next time
    local = []
    for session in sessions:
        if films is not None:
            session.film = films[session.film_id]
        local.append((session, session.hall.cinema.local(session.start_datetime)))
    if first is None:
        return local
    return [
        (session, starts)
        for session, starts in local
        if 0 <= (session.hall.cinema.business_date(starts) - first).days < days
    ]


def next_day(*, cinema: Cinema | None = None, film: Film | None = None, at: datetime) -> date | None:
    """The next programme day of a cinema with a session on sale. One query."""
    sessions = advertised(at).select_related("hall__cinema").order_by("start_datetime")
    if cinema is not None:
        sessions = sessions.filter(hall__cinema=cinema)
    if film is not None:
        sessions = sessions.filter(film=film)
    session = sessions.first()
    return session.hall.cinema.business_date(session.start_datetime) if session else None
