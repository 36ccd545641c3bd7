"""A film that starts late: the session and those that follow in its hall move, or only the actual time is recorded."""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from cinema.validators import clean_reason
from incidents.errors import NothingToChange, PreviewOutdated, StartNotRecordable
from incidents.models import Incident
from incidents.services.recording import (
    NOTICEABLE,
    RECORDED_WITHIN,
    UNEXPLAINED,
    Explanation,
    orders_with_tickets,
    record,
)
from incidents.services.telling import showings_before, tell_changed
from orders.locks import lock_orders
from screenings.models import Session
from screenings.services import refuse_over
from screenings.services.relocation import Place


def delayed_places(session: Session, *, minutes: int, cut_adverts: bool) -> dict[int, Place]:
    """Where the session and those that follow it in its hall that day are to be: each that would meet the one before is
    moved by as much as it needs. With `cut_adverts` the late one drops as many minutes of adverts as it has. One query.
    Reads only.
    """
    hall, late = session.hall, timedelta(minutes=minutes)
    lasts = session.end_datetime - session.start_datetime
    adverts = max(0, int(lasts.total_seconds() // 60) - session.film.duration_minutes)
    shorter = min(minutes, adverts) if cut_adverts else 0
    places = {session.pk: Place(hall, session.start_datetime + late, shorter)}
    _begin, end = hall.cinema.day_bounds(hall.cinema.business_date(session.start_datetime))
    free_from = session.free_from + late - timedelta(minutes=shorter)
    following = Session.objects.filter(
        hall=hall, status__in=Session.COMING, archived_at=None, start_datetime__gte=session.free_from
    )
    for each in following.filter(start_datetime__lt=end).order_by("start_datetime", "pk"):
        if each.start_datetime >= free_from:
            break
        places[each.pk] = Place(hall, free_from)
        free_from += each.free_from - each.start_datetime
    return places


def sessions_at(places: dict[int, Place]) -> list[Session]:
    """The sessions of these places, with film, hall and cinema. One query. Reads only."""
    rows = Session.objects.filter(pk__in=places).select_related("film", "hall__cinema")
    return list(rows.order_by("start_datetime", "pk"))


def check_record(session: Session, *, minutes: int, at: datetime) -> None:
    """Raises what `record_delay` raises. Reads only."""
    if minutes <= 0:
        raise NothingToChange
    refuse_over(session, at=at)
    starts = session.start_datetime + timedelta(minutes=minutes)
    if max(at, starts) > session.start_datetime + RECORDED_WITHIN or starts >= session.end_datetime:
        raise StartNotRecordable


def digest_of_record(session: Session, *, minutes: int) -> str:
    """A hash of the session as it was shown, and of how late it is. Reads only."""
    return hashlib.sha256(repr([session.pk, session.status, session.start_datetime, minutes]).encode()).hexdigest()


def record_delay(
    session: Session,
    *,
    minutes: int,
    reason: str,
    told: Explanation = UNEXPLAINED,
    digest: str = "",
    at: datetime,
    actor: User | None = None,
) -> Incident:
    """Record when the session actually starts, and tell its guests; the programme and all deadlines stay.

    Tickets may be returned until the actual start, if it is `NOTICEABLE` later; what was recorded after the planned
    start, those returns count for whoever recorded it (`return_tickets`). Raises `ReasonNeeded`,
    `NothingToChange`, `PreviewOutdated`, `SessionAlreadyCancelled`, `SessionOver`, or `StartNotRecordable` later than
    `RECORDED_WITHIN`, for a start later than that, and for one after the end. Owns its transaction. A constant
    number of queries.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        locked = Session.objects.select_for_update(of=("self",)).select_related("film", "hall__cinema")
        row = locked.get(pk=session.pk)
        check_record(row, minutes=minutes, at=at)
        if digest and digest_of_record(row, minutes=minutes) != digest:
            raise PreviewOutdated
        orders = {each.pk: each for each in lock_orders(orders_with_tickets([row]))}
        starts = row.start_datetime + timedelta(minutes=minutes)
        incident = record(
            Incident.Kind.DELAYED,
            row.hall.cinema,
            [row],
            orders=orders,
            reason=reason,
            told=told,
            at=at,
            actor=actor,
            refund_until=starts if starts - row.start_datetime >= NOTICEABLE else None,
            actual={row.pk: starts},
        )
        was = showings_before(orders.values(), sessions=[row])
        tell_changed(incident, orders.values(), was=was, returned={}, at=at)
    return incident
