"""Schedules new sessions, one or many."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from screenings.errors import HallBusy, ImpossibleSession, StartsInThePast, TimeZoneMissing
from screenings.models import Film, Hall, Session
from screenings.price_lists import rows_for
from screenings.services import hall_conflicts
from screenings.services.certificates import check_certificates


def schedule(
    *,
    film: Film,
    hall: Hall,
    start: datetime,
    ticket_price: Decimal,
    at: datetime,
    actor: User | None = None,
    **facts: Any,
) -> Session:
    """Schedule a session. It ends after adverts and film; the hall is free again after cleaning.

    `start` must have a time zone and be after `at` (`screenings.times.as_instant` converts local times). The other
    facts, and their defaults, are those of `plan`. Raises what `plan` and
    `schedule_planned` do. Owns its transaction.
    """
    session = plan(film=film, hall=hall, start=start, ticket_price=ticket_price, at=at, **facts)
    schedule_planned([session], actor=actor)
    return session


def plan(
    *,
    film: Film,
    hall: Hall,
    start: datetime,
    ticket_price: Decimal,
    at: datetime,
    adverts_minutes: int | None = None,
    cleaning_minutes: int | None = None,
    format: str = Session.Format.TWO_D,  # noqa: A002 (the field's name)
    language: str = "ru",
    subtitles: str = "",
    no_certificate_reason: str = "",
) -> Session:
    """The session that `schedule` would store; stores nothing.

    The defaults of `adverts_minutes` and `cleaning_minutes` come from the cinema and the hall. Raises
    `TimeZoneMissing`, `StartsInThePast` or `ImpossibleSession`. Reads only.
    """
    if start.tzinfo is None:
        raise TimeZoneMissing(start)
    if start <= at:
        raise StartsInThePast(hall.cinema.local(start))
    session = occupying(
        Session(
            film=film,
            hall=hall,
            ticket_price=ticket_price,
            format=format,
            language=language,
            subtitles=subtitles,
            no_certificate_reason=no_certificate_reason,
        ),
        start=start,
        adverts_minutes=adverts_minutes,
        cleaning_minutes=cleaning_minutes,
    )
    try:
        session.clean_fields(exclude=["film", "hall"])
    except ValidationError as error:
        raise ImpossibleSession(" ".join(error.messages)) from error
    return session


def occupying(
    session: Session, *, start: datetime, adverts_minutes: int | None = None, cleaning_minutes: int | None = None
) -> Session:
    """The same session, with its times set from its start, film, hall and cinema: adverts and film, then cleaning.

    Raises `ImpossibleSession`. Reads only.
    """
    hall = session.hall
    adverts = hall.cinema.adverts_minutes if adverts_minutes is None else adverts_minutes
    cleaning = hall.cleaning_minutes if cleaning_minutes is None else cleaning_minutes
    if adverts < 0 or cleaning < 0:
        raise ImpossibleSession(_("Adverts and cleaning can’t take less than 0 minutes. Enter another number."))
    start = start.astimezone(UTC)  # in a local zone, Python would ignore clock changes when adding minutes
    session.start_datetime = start
    session.end_datetime = start + timedelta(minutes=adverts + session.film.duration_minutes)
    session.free_from = session.end_datetime + timedelta(minutes=cleaning)
    return session


def schedule_planned(sessions: Sequence[Session], *, actor: User | None = None) -> None:
    """Store planned sessions, all or none, with the rows of the price list that they fall under.

    Raises `HallBusy` where one of them meets another, and `CertificateMissing` or `BeforeRelease` where the cinema asks
    for certificates. Owns its transaction. A constant number of queries.
    """
    if refusal := next(filter(None, check_certificates(sessions)), None):
        raise refusal
    with transaction.atomic():
        hall_conflicts.lock_halls({session.hall_id for session in sessions})
        stored = hall_conflicts.sessions_between(sessions)
        if busy := [other for session in sessions for other in hall_conflicts.conflicts_of(session, stored)]:
            raise HallBusy(busy)
        for session, row in zip(sessions, rows_for(sessions), strict=True):
            session.price_row = row
        hall_conflicts.store(sessions, actor=actor)
