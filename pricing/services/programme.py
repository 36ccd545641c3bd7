"""Advice for a week's programme, from the forecasts: which sessions to move, add or drop; and taking lines of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import User
from orders.models import Ticket
from pricing.errors import AdviceChanged
from pricing.programme_advice import advise, open_places
from pricing.services.advice_lines import NOTHING, Advice, Agreed, Change, Line, Row
from pricing.services.planned import expect
from pricing.services.taking_back import take_back
from reports.catalogue.programme import daypart
from reports.models import SessionFigures
from screenings.models import Cinema, PlannedSession, Session
from screenings.price_lists import rows_for
from screenings.services.hall_conflicts import lock_halls
from screenings.services.planning import DAY, as_session, draft, lines_of, redraft, week_bounds
from screenings.services.scheduling import occupying

MINUTE = timedelta(minutes=1)
PAID_OVER = 56 * DAY  # the weeks from which the average paid is known
SHOWN_OVER = 182 * DAY  # those from which the formats of a hall are known


@dataclass
class _Known:
    """The week's rows, as sessions with times, and in what terms the advice speaks of them."""

    cinema: Cinema
    begins: datetime
    rows: dict[str, Row]
    sessions: dict[str, Session]
    movable: set[str]

    def minute(self, instant: datetime) -> int:
        return (instant - self.begins) // MINUTE


def advise_week(cinema: Cinema, *, first: date, at: datetime, agreed: Agreed = NOTHING) -> Advice | None:
    """The advice for the drafts and unsold sessions of the week from `first`; None before the first forecasts.

    Sessions with a ticket sold or reserved stay as they are. A constant number of queries. Reads only.
    """
    known = _read(cinema, first, at=at)
    if not known.sessions:
        return Advice()
    week = _week(known, first, agreed, at=at)
    places = open_places(week)
    halls = {hall.pk: hall for hall in cinema.halls.all()}
    for hall in halls.values():
        hall.cinema = cinema
    samples = {(each.film_id, each.format): each for each in known.sessions.values()}
    candidates = [_candidate(place, samples, halls, known.begins) for place in places]
    valued = _value([*known.sessions.values(), *candidates], cinema)
    if valued is None:
        return None
    priced = list(zip(rows_for(candidates), candidates, strict=True))
    for row, candidate in priced:
        candidate.price_row = row
        candidate.ticket_price = row.price if row is not None else candidate.ticket_price
    paid = _paid_per_full_ticket(cinema, at=at)
    for row, session, admissions in zip(week["sessions"], known.sessions.values(), valued, strict=False):
        row |= _worth(session, admissions, paid, agreed)
    for place, candidate, admissions in zip(places, candidates, valued[len(known.sessions) :], strict=True):
        place |= _worth(candidate, admissions, paid, agreed)
    found = advise(week, places)
    by_place = {_key(place): candidate for place, candidate in zip(places, candidates, strict=True)}
    return Advice(
        [_line(line, known, by_place) for line in found["lines"]],
        **{name: found[name] for name in ("score", "bound", "is_exact", "considered")},
    )


def _read(cinema: Cinema, first: date, *, at: datetime) -> _Known:
    begins, _ends = week_bounds(cinema, first)
    found = _Known(cinema, begins, {}, {}, set())
    lines = lines_of(cinema, first)
    stored = [line for line in lines if isinstance(line, Session)]
    sold = set(Ticket.objects.live().filter(session__in=stored).order_by().values_list("session", flat=True))
    for line in lines:
        line.hall.cinema = cinema
        key = f"{'d' if isinstance(line, PlannedSession) else 's'}{line.pk}"
        found.rows[key] = line
        found.sessions[key] = as_session(line) if isinstance(line, PlannedSession) else line
        is_free = line.start_datetime > at if isinstance(line, PlannedSession) else line.is_on_sale(at)
        if is_free and not (isinstance(line, Session) and line.pk in sold):
            found.movable.add(key)
    return found


def _week(known: _Known, first: date, agreed: Agreed, *, at: datetime) -> dict[str, Any]:
    """What `pricing.programme_advice` takes. Each day has the hours from the week's earliest start to its latest."""
    cinema, sessions = known.cinema, known.sessions
    days = [known.minute(cinema.day_bounds(first + number * DAY)[0]) for number in range(7)]
    day_of = {key: (cinema.business_date(session.start_datetime) - first).days for key, session in sessions.items()}
    into_day = [known.minute(session.start_datetime) - days[day_of[key]] for key, session in sessions.items()]
    soonest = known.minute(at) + 1
    formats = _formats(cinema, at=at)
    full = float(sorted(session.ticket_price for session in sessions.values())[len(sessions) // 2])
    versions = {
        (each.film_id, each.format): {
            "film": each.film_id,
            "format": each.format,
            "minutes": cinema.adverts_minutes + each.film.duration_minutes,
        }
        for each in sessions.values()
    }
    return {
        "days": [{"opens": max(day + min(into_day), soonest), "closes": day + max(into_day)} for day in days],
        "halls": [
            {
                "id": hall.pk,
                "cleaning": hall.cleaning_minutes,
                "formats": sorted(formats.get(hall.pk, {Session.Format.TWO_D.value})),
            }
            for hall in cinema.halls.order_by("pk")
        ],
        "versions": list(versions.values()),
        "sessions": [
            {
                "id": key,
                "hall": each.hall_id,
                "day": day_of[key],
                "film": each.film_id,
                "format": each.format,
                "start": known.minute(each.start_datetime),
                "end": known.minute(each.free_from),
                "movable": key in known.movable,
            }
            for key, each in sessions.items()
        ],
        "minimums": [{"film": film, "shows": shows} for film, shows in agreed.shows.items()],
        "config": {
            "share": settings.ADVICE_SHARE,
            "rivals": settings.ADVICE_RIVALS,
            "near": settings.ADVICE_NEAR // MINUTE,
            "showing_cost": settings.ADVICE_COST * full,
            "least": settings.ADVICE_LEAST * full,
            "most": settings.ADVICE_LINES,
        },
    }


def _formats(cinema: Cinema, *, at: datetime) -> dict[int, set[str]]:
    """By hall: 2D, and the formats that it has shown or will show. One query."""
    shown = Session.objects.filter(hall__cinema=cinema, start_datetime__gt=at - SHOWN_OVER).order_by()
    found: dict[int, set[str]] = {}
    for hall, name in shown.values_list("hall", "format").distinct():
        found.setdefault(hall, {Session.Format.TWO_D.value}).add(name)
    return found


def _candidate(
    place: Mapping[str, Any], samples: Mapping[Any, Session], halls: Mapping[int, Any], begins: datetime
) -> Session:
    sample = samples[place["film"], place["format"]]
    session = Session(
        film=sample.film,
        hall=halls[place["hall"]],
        ticket_price=sample.ticket_price,
        format=sample.format,
        language=sample.language,
        subtitles=sample.subtitles,
    )
    return occupying(session, start=begins + place["start"] * MINUTE)


def _value(sessions: Sequence[Session], cinema: Cinema) -> list[float] | None:
    """Expected admissions. Sessions that a forecast cannot tell apart are forecast once."""
    kinds: dict[tuple[Any, ...], int] = {}
    alike: list[int] = []
    asked: list[Session] = []
    for session in sessions:
        local = cinema.local(session.start_datetime)
        kind = (
            session.film_id,
            session.format,
            session.hall_id,
            cinema.business_date(session.start_datetime),
            daypart(local.hour),
        )
        if kind not in kinds:
            kinds[kind] = len(asked)
            asked.append(session)
        alike.append(kinds[kind])
    found = expect(asked)
    return None if found is None else [found[number]["mean"] for number in alike]


def _worth(session: Session, admissions: float, paid: float, agreed: Agreed) -> dict[str, float]:
    takings = admissions * float(session.ticket_price) * paid
    return {"admissions": admissions, "takings": takings, "hire": agreed.hire(session, admissions, takings)}


def _paid_per_full_ticket(cinema: Cinema, *, at: datetime) -> float:
    """What one admission paid on average, as a part of the session's price, over eight weeks. One query."""
    past = SessionFigures.objects.filter(cinema=cinema, about__gt=(at - PAID_OVER).date())
    paid = full = Decimal(0)
    for gross, discount, refunded_value, sold, refunded, price in past.values_list(
        "gross", "discount", "refunded_value", "sold", "refunded", "session__ticket_price"
    ):
        paid += gross - discount - refunded_value
        full += (sold - refunded) * price
    return float(paid / full) if full > 0 else 1.0


def _key(place: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(place[name] for name in ("film", "format", "hall", "start"))


def _line(line: Mapping[str, Any], known: _Known, by_place: Mapping[tuple[Any, ...], Session]) -> Line:
    changes = [
        Change(
            known.rows[each["session"]] if each["session"] is not None else None,
            by_place[_key(each["place"])] if each["place"] is not None else None,
        )
        for each in line["changes"]
    ]
    takings, kept, worth = (Decimal(str(line[name])).quantize(Decimal(1)) for name in ("takings", "kept", "score"))
    return Line(line["key"], line["kind"], changes, line["admissions"], takings, line["showings"], kept, worth)


# --- Taking lines


def take(
    cinema: Cinema,
    keys: Collection[str],
    *,
    first: date,
    at: datetime,
    agreed: Agreed = NOTHING,
    actor: User | None = None,
) -> int:
    """Carry out these lines of the advice in the planner, all or none; returns how many. Published sessions go off sale
    and become drafts.

    Raises `AdviceChanged` if the advice has no such line any more, or what `take_back`, `redraft` and `draft` raise.
    Owns its transaction.
    """
    with transaction.atomic():
        lock_halls(set(cinema.halls.order_by().values_list("pk", flat=True)))
        advice = advise_week(cinema, first=first, at=at, agreed=agreed)
        lines = [line for line in advice.lines if line.key in keys] if advice is not None else []
        if len(lines) != len(set(keys)):
            raise AdviceChanged
        for line in lines:
            _carry_out(line.changes, at=at, actor=actor)
    return len(lines)


def _carry_out(changes: Iterable[Change], *, at: datetime, actor: User | None) -> None:
    changes = list(changes)
    away: list[tuple[PlannedSession, Change]] = []
    for change in changes:
        if isinstance(change.row, Session):
            [planned] = take_back([change.row], at=at, actor=actor)
            away.append((planned, change))
        elif change.row is not None:
            away.append((change.row, change))
    moving = [(planned, change.place) for planned, change in away if change.place is not None]
    if len(moving) == 2:  # an exchange: out of each other's way first
        _exchange(moving, at=at, actor=actor)
        return
    for planned, change in away:
        place = change.place
        if place is None or (place.film_id, place.format) != (planned.film_id, planned.format):
            planned.delete()
            if place is not None:
                _add(place, at=at, actor=actor)
        else:
            redraft(planned, hall=place.hall, start_datetime=place.start_datetime, at=at, actor=actor)
    for change in changes:
        if change.row is None and change.place is not None:
            _add(change.place, at=at, actor=actor)


def _exchange(moving: Sequence[tuple[PlannedSession, Session]], *, at: datetime, actor: User | None) -> None:
    for planned, _place in moving:
        planned.delete()
    for planned, place in moving:
        price = None if planned.costs_as_listed else planned.ticket_price
        _add(place, price=price, at=at, actor=actor)


def _add(place: Session, *, at: datetime, actor: User | None, price: Decimal | None = None) -> None:
    draft(
        film=place.film,
        hall=place.hall,
        start=place.start_datetime,
        ticket_price=place.ticket_price if place.price_row is None and price is None else price,
        format=place.format,
        language=place.language,
        subtitles=place.subtitles,
        at=at,
        actor=actor,
    )
