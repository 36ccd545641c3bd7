"""Corrects the film or the version that a session with sales was announced with."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from cinema.validators import clean_reason
from incidents.errors import NothingToChange, PreviewOutdated
from incidents.models import Incident
from incidents.services.recording import UNEXPLAINED, Explanation, orders_with_tickets, record, unreachable
from incidents.services.telling import showings_before, tell_changed
from orders.locks import lock_orders
from orders.models import Order, Ticket
from orders.services.visits.moved_sessions import follow_sessions_locked
from screenings.models import Film, Session
from screenings.services import check_certificates, refuse_over
from screenings.services.relocation import Place, lock_for_relocation, refuse_overlaps, relocate, with_version


@dataclass(frozen=True)
class Version:
    film: Film
    format: str
    language: str
    subtitles: str = ""

    def is_of(self, session: Session) -> bool:
        shown = (session.film_id, session.format, session.language, session.subtitles)
        return shown == (self.film.pk, self.format, self.language, self.subtitles)


@dataclass(frozen=True)
class CorrectionPreview:
    before: Session
    after: Session
    tickets: int
    orders: int
    unreachable: int

    @property
    def digest(self) -> str:
        facts = [
            (each.pk, each.film_id, each.format, each.language, each.subtitles, each.start_datetime, each.end_datetime)
            for each in (self.before, self.after)
        ]
        return hashlib.sha256(repr(facts).encode()).hexdigest()


def preview_correction(session: Session, version: Version, *, at: datetime) -> CorrectionPreview:
    """Raises as `correct`. A constant number of queries. Reads only."""
    refuse_over(session, at=at)
    if version.is_of(session):
        raise NothingToChange
    after = with_version(
        session, film=version.film, format=version.format, language=version.language, subtitles=version.subtitles
    )
    if refusal := next(filter(None, check_certificates([after])), None):
        raise refusal
    refuse_overlaps([after])
    orders = Order.objects.filter(pk__in=orders_with_tickets([session]))
    return CorrectionPreview(
        before=session,
        after=after,
        tickets=Ticket.objects.live().filter(session=session).count(),
        orders=orders.count(),
        unreachable=unreachable(orders).count(),
    )


def correct(
    session: Session,
    version: Version,
    *,
    reason: str,
    told: Explanation = UNEXPLAINED,
    digest: str = "",
    at: datetime,
    actor: User | None = None,
) -> Incident:
    """Show another film or version than was announced: all guests are told, and may return their tickets until the
    start.

    Prices stay. The session lasts as long as the film takes now. Raises `ReasonNeeded`, `NothingToChange`,
    `PreviewOutdated`, `SessionAlreadyCancelled`, `SessionOver`, `HallBusy`, and what certificates ask for. Owns its
    transaction. A constant number of queries.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        places = {session.pk: Place(session.hall, session.start_datetime)}
        [row] = lock_for_relocation([session], places)
        orders = {each.pk: each for each in lock_orders(orders_with_tickets([row]))}
        shown = preview_correction(row, version, at=at)
        if digest and shown.digest != digest:
            raise PreviewOutdated
        until, cinema = row.start_datetime, row.hall.cinema
        incident = record(
            Incident.Kind.CORRECTED,
            cinema,
            [row],
            orders=orders,
            reason=reason,
            told=told,
            at=at,
            actor=actor,
            refund_until=until,
        )
        was = showings_before(orders.values(), sessions=[row])
        relocate([shown.after], at=at, actor=actor)
        follow_sessions_locked(orders)
        tell_changed(incident, orders.values(), was=was, returned={}, at=at)
    return incident
