"""The week planner: drafts of sessions, and publishing a week of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from cinema.money import ZERO
from cinema.status import Refused
from screenings.errors import (
    AlreadyPublished,
    BeforeRelease,
    DifferentWeekdays,
    HallBusy,
    ListPriceMissing,
    NothingPlanned,
    StartsInThePast,
    WeekNotPublished,
)
from screenings.models import Cinema, Film, Hall, PlannedSession, Session
from screenings.price_lists import rows_for
from screenings.services import hall_conflicts
from screenings.services.certificates import check_certificates
from screenings.services.scheduling import occupying, plan
from screenings.times import as_instant

DAY = timedelta(days=1)
LONGEST = timedelta(hours=20)  # of a session: no film, adverts and cleaning take longer
VERSION = ("format", "language", "subtitles", "no_certificate_reason")
RELATED = ("film", "hall__cinema", "price_row")


def draft(
    *,
    film: Film,
    hall: Hall,
    start: datetime,
    ticket_price: Decimal | None = None,
    at: datetime,
    actor: User | None = None,
    **version: str,
) -> PlannedSession:
    """Plan a session without publishing it. Without a price, it costs what the price list says.

    `version` may have format, language, subtitles and no_certificate_reason. The rules are those of `schedule`, but for
    certificates, which may come until the draft is published; besides, a draft may not meet another. Raises what `plan`
    does, `HallBusy`, `BeforeRelease` or `ListPriceMissing`. Owns its transaction.
    """
    with transaction.atomic():
        hall_conflicts.lock_halls({hall.pk})
        planned = PlannedSession(film=film, hall=hall, start_datetime=start, **version)
        place(planned, ticket_price=ticket_price, at=at)
        _save(planned, actor=actor)
    return planned


def redraft(
    planned: PlannedSession, *, keep_price: bool = True, at: datetime, actor: User | None = None, **changes: Any
) -> None:
    """Change a draft: film, hall, start_datetime, ticket_price and the facts that `draft` takes.

    Without a new price, one that was typed in stays, and one from the price list follows the list; with
    `keep_price=False` it comes from the list in any case. Raises as `draft`, or `AlreadyPublished`. Owns its
    transaction.
    """
    with transaction.atomic():
        hall_conflicts.lock_halls({planned.hall_id, changes.get("hall", planned.hall).pk})
        current = PlannedSession.objects.drafts().select_for_update(of=("self",)).select_related(*RELATED)
        row = current.filter(pk=planned.pk).first()
        if row is None:
            raise AlreadyPublished(planned)
        former = row.ticket_price if keep_price and not row.costs_as_listed else None
        price = changes.pop("ticket_price", former)
        for name, value in changes.items():
            setattr(row, name, value)
        place(row, ticket_price=price, at=at)
        _save(row, actor=actor)
    for field_ in PlannedSession._meta.concrete_fields:
        setattr(planned, field_.name, getattr(row, field_.name))


def place(planned: PlannedSession, *, ticket_price: Decimal | None, at: datetime) -> None:
    """Set the price and its row, and refuse what `draft` refuses; stores nothing. Reads only."""
    session = plan(
        film=planned.film,
        hall=planned.hall,
        start=planned.start_datetime,
        ticket_price=ZERO if ticket_price is None else ticket_price,
        at=at,
        **{name: getattr(planned, name) for name in VERSION},
    )
    if busy := hall_conflicts.conflicts_of(session, _others([session], besides={planned.pk})):
        raise HallBusy(busy)
    if isinstance(refusal := check_certificates([session])[0], BeforeRelease):
        raise refusal
    [planned.price_row] = rows_for([session])
    if ticket_price is None and planned.price_row is None:
        raise ListPriceMissing
    planned.ticket_price = ticket_price if ticket_price is not None else planned.price_row.price  # type: ignore[union-attr]


def _save(planned: PlannedSession, *, actor: User | None) -> None:
    if actor is not None:
        planned._history_user = actor  # type: ignore[attr-defined]
    planned.save()


# --- Reading a week


def week_bounds(cinema: Cinema, first: date) -> tuple[datetime, datetime]:
    """Start and end, in UTC, of the seven business days from `first`."""
    return cinema.day_bounds(first)[0], cinema.day_bounds(first + 6 * DAY)[1]


def drafts_of(cinema: Cinema, first: date) -> QuerySet[PlannedSession]:
    """The drafts of the week from `first`, with film, hall, cinema and price row."""
    start, end = week_bounds(cinema, first)
    drafts = PlannedSession.objects.drafts().filter(hall__cinema=cinema)
    drafts = drafts.filter(start_datetime__gte=start, start_datetime__lt=end)
    return drafts.select_related(*RELATED).order_by("start_datetime", "pk")


def lines_of(cinema: Cinema, first: date) -> list[Session | PlannedSession]:
    """What a week can be copied from: its sessions, except cancelled ones, and its drafts. Two queries."""
    start, end = week_bounds(cinema, first)
    sessions = Session.objects.filter(hall__cinema=cinema, start_datetime__gte=start, start_datetime__lt=end)
    sessions = sessions.exclude(status=Session.Status.CANCELLED).select_related(*RELATED)
    lines: list[Session | PlannedSession] = [*sessions.order_by("start_datetime", "pk"), *drafts_of(cinema, first)]
    return sorted(lines, key=lambda line: (line.start_datetime, line.hall.name))


def as_session(planned: PlannedSession) -> Session:
    """The session that the draft would become, not stored: with its times. No query."""
    facts = {name: getattr(planned, name) for name in ("film", "hall", "ticket_price", "price_row", *VERSION)}
    return occupying(Session(**facts), start=planned.start_datetime)


def _others(sessions: Sequence[Session], *, besides: Collection[int | None] = ()) -> list[Session]:
    """Stored sessions, and drafts but these, that may meet the given ones. Two queries."""
    halls = {session.hall_id for session in sessions}
    start = min(session.start_datetime for session in sessions)
    free_from = max(session.free_from for session in sessions)
    drafts = PlannedSession.objects.drafts().filter(
        hall__in=halls, start_datetime__gt=start - LONGEST, start_datetime__lt=free_from
    )
    near = [each for each in drafts.select_related(*RELATED) if each.pk not in besides]
    return [*hall_conflicts.sessions_between(sessions), *map(as_session, near)]


# --- Copying a week


@dataclass(frozen=True)
class PlanCopy:
    """The drafts that were made, and the lines that were not copied, each with the reason."""

    created: list[PlannedSession] = field(default_factory=list)
    skipped: list[tuple[Session | PlannedSession, Refused]] = field(default_factory=list)


def copy_to_plan(
    lines: Iterable[Session | PlannedSession], *, by: timedelta, at: datetime, actor: User | None = None
) -> PlanCopy:
    """Plan the same again, whole weeks later or earlier, at the same local times. Film, hall and cinema are loaded.

    A line that cannot be planned is skipped, with the reason. Prices from the price list follow the list; others stay.
    Raises `DifferentWeekdays`. A constant number of queries. Owns its transaction.
    """
    if by.days % 7:
        raise DifferentWeekdays
    result = PlanCopy()
    copies = []
    for line in lines:
        try:
            copies.append((line, _copy_of(line, by=by, at=at)))
        except Refused as refused:
            result.skipped.append((line, refused))
    if not copies:
        return result
    with transaction.atomic():
        new = [as_session(planned) for _line, planned in copies]
        hall_conflicts.lock_halls({session.hall_id for session in new})
        others = _others(new)
        refusals = check_certificates(new)
        for (line, planned), session, row, refusal in zip(copies, new, rows_for(new), refusals, strict=True):
            planned.price_row = row
            listed = line.price_row is not None and line.ticket_price == line.price_row.price
            if row is not None and listed:
                planned.ticket_price = row.price
            if isinstance(refusal, BeforeRelease):
                result.skipped.append((line, refusal))
            elif busy := hall_conflicts.conflicts_of(session, others):
                result.skipped.append((line, HallBusy(busy)))
            else:
                result.created.append(planned)
                others.append(session)
        _store(result.created, actor=actor)
    return result


def _copy_of(line: Session | PlannedSession, *, by: timedelta, at: datetime) -> PlannedSession:
    cinema = line.hall.cinema
    wall_clock = cinema.local(line.start_datetime).replace(tzinfo=None, fold=0) + by
    start = as_instant(wall_clock, cinema.zone)
    if start <= at:
        raise StartsInThePast(wall_clock)
    facts = {name: getattr(line, name) for name in ("film", "hall", "ticket_price", *VERSION)}
    return PlannedSession(start_datetime=start, **facts)


def _store(planned: list[PlannedSession], *, actor: User | None) -> None:
    PlannedSession.objects.bulk_create(planned)
    PlannedSession.history.bulk_history_create(planned, default_user=actor)


def plan_again(sessions: Iterable[Session], *, actor: User | None = None) -> list[PlannedSession]:
    """A draft of each of these sessions, which are cancelled. Two queries. Must be called inside a transaction (that of
    the cancellation)."""
    names = ("film", "hall", "start_datetime", "ticket_price", "price_row", *VERSION)
    planned = [PlannedSession(**{name: getattr(each, name) for name in names}) for each in sessions]
    _store(planned, actor=actor)
    return planned


# --- Publishing


def follow_price_list(drafts: Sequence[PlannedSession]) -> list[Session]:
    """The sessions that the drafts would become, at the prices that the list has for them now, unless they were priced
    by hand. Four queries at most."""
    sessions = [as_session(each) for each in drafts]
    for planned, session, row in zip(drafts, sessions, rows_for(sessions), strict=True):
        if row is not None and planned.costs_as_listed:
            session.ticket_price = row.price
        session.price_row = row
    return sessions


def problems_of(sessions: Sequence[Session], *, at: datetime) -> list[tuple[Session, Refused]]:
    """Why these drafts cannot be published: each with what is wrong with it. Two queries."""
    if not sessions:
        return []
    stored = hall_conflicts.sessions_between(sessions)
    found: list[tuple[Session, Refused]] = []
    for session, refusal in zip(sessions, check_certificates(sessions), strict=True):
        if session.start_datetime <= at:
            refusal = StartsInThePast(session.hall.cinema.local(session.start_datetime))
        if refusal is not None:
            found.append((session, refusal))
            continue
        others = [*stored, *(each for each in sessions if each is not session)]
        if busy := hall_conflicts.conflicts_of(session, others):
            found.append((session, HallBusy(busy)))
    return found


def publish_week(cinema: Cinema, *, first: date, at: datetime, actor: User | None = None) -> list[Session]:
    """Put all drafts of the week from `first` on sale, or none. Returns the sessions.

    Raises `NothingPlanned`, or `WeekNotPublished`, which names each draft that may not be scheduled. A constant number
    of queries. Owns its transaction.
    """
    with transaction.atomic():
        hall_conflicts.lock_halls(set(cinema.halls.order_by().values_list("pk", flat=True)))
        drafts = list(drafts_of(cinema, first).select_for_update(of=("self",)))
        if not drafts:
            raise NothingPlanned
        sessions = follow_price_list(drafts)
        if found := problems_of(sessions, at=at):
            raise WeekNotPublished(found)
        hall_conflicts.store(sessions, actor=actor)
        for planned, session in zip(drafts, sessions, strict=True):
            planned.session = session
        PlannedSession.objects.bulk_update(drafts, ["session"], batch_size=500)
    return sessions
