"""The watch list: a customer asks to be told when a film goes on sale, and is told once."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import translation

from accounts.models import User
from notifications.models import MessageKind
from notifications.services import Message, queue
from screenings.listings import advertised, film_link
from screenings.models import Cinema, Film, Session
from waiting.errors import TooMuchWatched
from waiting.models import WatchedFilm

MOST_WATCHED = 100


def watch(user: User, *, film: Film, cinema: Cinema | None, at: datetime) -> None:
    """Put the film on the customer's list, for this cinema or for any. Whoever was told before is told again.

    A second press only changes the cinema. Raises `TooMuchWatched`. Owns its transaction.
    """
    others = WatchedFilm.objects.filter(user=user).exclude(film=film)
    if others.count() >= MOST_WATCHED:
        raise TooMuchWatched(MOST_WATCHED)
    with transaction.atomic():
        mine = WatchedFilm.objects.filter(user=user, film=film)
        mine.filter(told_at__isnull=False).update(since=at, told_at=None)
        if not mine.update(cinema=cinema):
            WatchedFilm.objects.bulk_create(
                [WatchedFilm(user=user, film=film, cinema=cinema, since=at)], ignore_conflicts=True
            )


def unwatch(user: User, *, film: int) -> None:
    """Take the film (primary key) off the customer's list. Owns its transaction."""
    WatchedFilm.objects.filter(user=user, film=film).delete()


def tell_locked(rows: Sequence[WatchedFilm], *, at: datetime) -> None:
    """Tell these customers that their film is on sale: one message each, with the first session.

    A constant number of queries. Must be called inside a transaction (the rows are locked).
    """
    told = WatchedFilm.objects.filter(pk__in=[row.pk for row in rows]).select_related("user", "film").order_by("pk")
    sessions = advertised(at).filter(film__in={row.film_id for row in rows}).select_related("hall__cinema")
    first: dict[tuple[int, int | None], Session] = {}
    for session in sessions.order_by("start_datetime", "pk"):
        for cinema in (session.hall.cinema_id, None):
            first.setdefault((session.film_id, cinema), session)
    queue([_message(row, first[row.film_id, row.cinema_id]) for row in told], at=at)
    told.order_by().update(told_at=at)


def _message(row: WatchedFilm, session: Session) -> Message:
    cinema, language = session.hall.cinema, row.user.preferred_language
    with translation.override(language):
        context = {
            "film": row.film.shown.title,
            "rating": row.film.age_rating,
            "starts": cinema.local(session.start_datetime).isoformat(),
            "cinema": cinema.shown.name,
            "link": film_link(row.film_id),
        }
    return Message(
        kind=MessageKind.FILM_ON_SALE,
        recipient=row.user.email,
        occasion=f"watch {row.film_id} {row.since.isoformat()}",
        language=language,
        context=context,
        not_after=session.start_datetime,
        cinema=row.cinema_id,
    )
