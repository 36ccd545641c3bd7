"""Settle the weeks of contracts that have ended, and correct what was settled before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext as _

from film_hire.errors import NoDayClosed, NothingChanged, StatementOutdated
from film_hire.models import SettledWeek, Statement, StatementAddress, StatementLine
from film_hire.models.contracts import A_WEEK
from film_hire.takings import Counted, contracts_of, counted, shown, tickets_of
from film_hire.terms import ZERO, Base, Hire, Rule, hire_of
from reports.models import BusinessDay, TicketFigures
from screenings.models import Cinema

#: Weeks that ended longer ago are not settled any more, and statements of them not corrected by themselves.
LOOK_BACK = timedelta(weeks=26)
#: The job settles the last week that was closed in these days; a later pass settles what an earlier one has missed.
RECENT = timedelta(days=15)
SIX_DAYS = timedelta(days=6)
ISO_SUNDAY = 7

Key = tuple[int, int, int | None]  # contract, week, and the session of a line of one
Week = tuple[int, int]  # contract and week
Kind = StatementLine.Kind


@dataclass(frozen=True)
class Values:
    """What a line says."""

    base: Base = field(default_factory=Base)
    hire: Decimal = ZERO
    advance: Decimal = ZERO
    about: date | None = None
    steps: list[list[object]] = field(default_factory=list)

    def __sub__(self, other: "Values") -> "Values":
        return Values(
            self.base - other.base, self.hire - other.hire, self.advance - other.advance, self.about, self.steps
        )

    def is_zero(self) -> bool:
        return self.base == Base() and not self.hire and not self.advance


def weeks_to_settle(at: datetime) -> QuerySet[BusinessDay]:
    """The closed days that end a week of their cinema and were not settled: of each cinema the last one of them.

    Reads only.
    """
    starts = F("cinema__week_starts_on")
    last_weekday = Case(
        When(cinema__week_starts_on=0, then=Value(ISO_SUNDAY)), default=starts, output_field=IntegerField()
    )
    ended = BusinessDay.objects.closed().filter(date__gte=(at - RECENT).date(), date__iso_week_day=last_weekday)
    later = ended.filter(cinema=OuterRef("cinema"), date__gt=OuterRef("date"))  # whenever it was closed: it covers both
    settled = SettledWeek.objects.filter(cinema=OuterRef("cinema"), last=OuterRef("date"))
    return ended.filter(~Exists(later), ~Exists(settled), closed_at__lte=at)


def latest_closed(cinema: Cinema) -> BusinessDay | None:
    """The last closed day of the cinema. One query. Reads only."""
    return BusinessDay.objects.closed().filter(cinema=cinema).order_by("-date").first()


def settle_locked(day: BusinessDay, *, at: datetime) -> list[Statement]:
    """Write the statements of the weeks of contracts that have ended by the end of this day, and correct those of
    earlier weeks of which something was booked since. Returns all new versions.

    A constant number of queries, and some for each corrected statement. Must be called inside a transaction (the day is
    locked).
    """
    cinema = day.cinema
    _settled, is_new = SettledWeek.objects.get_or_create(cinema=cinema, last=day.date, defaults={"settled_at": at})
    if not is_new:
        return []
    book = _Book(cinema, day)
    touched = list(_touched(cinema, day).select_for_update(of=("self",)))
    due = book.due_weeks()
    book.count({*due, *(week for each in touched for week in book.weeks_of(each))})
    made = [_correct(statement, book, at=at) for statement in touched]
    by_distributor: defaultdict[int, list[Week]] = defaultdict(list)
    for week in due:
        by_distributor[book.contracts[week[0]].distributor_id].append(week)
    automatic = _automatic(by_distributor, cinema)
    for distributor, weeks in sorted(by_distributor.items()):
        values = book.values(weeks)
        if not values:
            continue
        statement = Statement(
            distributor_id=distributor,
            cinema=cinema,
            first=day.date - SIX_DAYS,
            last=day.date,
            made_at=at,
            counted_until=day.date,
            sends_itself=distributor in automatic,
        )
        made.append(_store(statement, values, {}))
    return [each for each in made if each is not None]


def recount(statement: Statement, *, at: datetime) -> Statement:
    """Count a statement again with the contracts and tickets of now, and return its new version, or the same one with
    new lines while it is not sent.

    Raises `StatementOutdated`, `NoDayClosed` or `NothingChanged`. Owns its transaction.
    """
    with transaction.atomic():
        locked = Statement.objects.select_for_update(of=("self",)).select_related("cinema").get(pk=statement.pk)
        if not locked.is_latest:
            raise StatementOutdated(_("There is a newer version of this statement. Open that one."))
        day = latest_closed(locked.cinema)
        if day is None:
            raise NoDayClosed(_("No business day of this cinema is closed yet. Count again when one is."))
        book = _Book(locked.cinema, day)
        book.count(book.weeks_of(locked))
        made = _correct(locked, book, at=at)
        if made is None:
            raise NothingChanged(_("Nothing has changed: the statement already says what tickets and contracts say."))
        return made


# --- What is due


class _Book:
    """What is known about the contracts of a cinema at the end of a closed day."""

    def __init__(self, cinema: Cinema, day: BusinessDay) -> None:
        self.cinema, self.day = cinema, day
        self.end = cinema.local(day.ends_at).replace(tzinfo=None)
        self.contracts = {each.pk: each for each in contracts_of(cinema, until=day.date)}
        weeks = StatementLine.objects.filter(
            statement__cinema=cinema, statement__is_latest=True, kind=Kind.WEEK, contract__in=self.contracts
        )
        sums = weeks.order_by().values_list("contract", "week").annotate(Sum("hire"))
        #: The hire of settled weeks.
        self.settled: dict[Week, Decimal] = {(contract, week): hire for contract, week, hire in sums}
        self.sessions: dict[Week, list[Counted]] = defaultdict(list)

    def due_weeks(self) -> list[Week]:
        found = []
        for contract in self.contracts.values():
            last = contract.weeks(self.cinema)
            since = self.end - LOOK_BACK
            week = max(1, (since - contract.starts(self.cinema)) // A_WEEK)
            while (last is None or week <= last) and (ends := contract.week_ends(week, self.cinema)) <= self.end:
                if ends > since and (contract.pk, week) not in self.settled:
                    found.append((contract.pk, week))
                week += 1
        return found

    def weeks_of(self, statement: Statement) -> set[Week]:
        return set(statement.lines.order_by().values_list("contract", "week").distinct())

    def count(self, weeks: Collection[Week]) -> None:
        """Count the sessions of these weeks, as of the end of the day. Three queries."""
        known = [(self.contracts[contract], week) for contract, week in weeks if contract in self.contracts]
        if not known:
            return
        starts = min(contract.week_ends(week, self.cinema) - A_WEEK for contract, week in known)
        films = {contract.film_id for contract, _week in known}
        contracts = [each for each in self.contracts.values() if each.film_id in films]
        since = starts.replace(tzinfo=self.cinema.zone)
        sessions = shown(self.cinema, contracts, since=since, until=self.day.ends_at)
        tickets = tickets_of(sessions, as_of=self.day.ends_at)
        for each in counted(self.cinema, sessions, contracts, tickets):
            self.sessions[each.contract.pk, each.week].append(each)

    def values(self, weeks: Iterable[Week]) -> dict[Key, Values]:
        """The lines of the weeks; none of weeks without a screening in which nothing is owed."""
        found: dict[Key, Values] = {}
        for contract, week in sorted(weeks):
            sessions = self.sessions[contract, week]
            hire = self._hire(contract, week, sessions)
            if not sessions and not hire.amount:
                continue
            self.settled[contract, week] = hire.amount
            for each in sessions:
                found[contract, week, each.session.pk] = Values(each.base, about=each.about)
            total = sum((each.base for each in sessions), Base())
            found[contract, week, None] = Values(total, hire.amount, hire.advance, steps=self._steps(contract, hire))
        return found

    def _hire(self, key: int, week: int, sessions: Sequence[Counted]) -> Hire:
        contract = self.contracts[key]
        earlier = sum((hire for (of, each), hire in self.settled.items() if of == key and each < week), ZERO)
        bases = [each.base for each in sessions]
        return hire_of(bases, contract.terms(), week=week, weeks=contract.weeks(self.cinema), earlier=earlier)

    def _steps(self, contract: int, hire: Hire) -> list[list[object]]:
        """As a line keeps them, with the calculation of now: the contract may have another one later."""
        first = f"{Rule.METHOD}:{self.contracts[contract].method}"
        return [
            [first if step.rule == Rule.METHOD else step.rule.value, str(step.amount), *map(str, step.numbers)]
            for step in hire.steps
        ]


def _touched(cinema: Cinema, day: BusinessDay) -> QuerySet[Statement]:
    """The newest versions about whose sessions something was booked since they were counted."""
    booked = TicketFigures.objects.filter(
        session=OuterRef("session"), day__date__gt=OuterRef("statement__counted_until"), day__date__lte=day.date
    )
    lines = StatementLine.objects.filter(Exists(booked), kind=Kind.SESSION, statement=OuterRef("pk"))
    recent = Statement.objects.newest().filter(cinema=cinema, last__gte=day.date - LOOK_BACK)
    return recent.filter(Exists(lines)).order_by("last", "pk")


def _automatic(distributors: Collection[int], cinema: Cinema) -> set[int]:
    addresses = StatementAddress.objects.filter(
        Q(cinema=cinema) | Q(cinema__isnull=True), distributor__in=distributors, is_automatic=True
    )
    return set(addresses.values_list("distributor", flat=True))


# --- Versions


def _correct(statement: Statement, book: _Book, *, at: datetime) -> Statement | None:
    """Bring a statement up to date; None if all of its lines stay as they are."""
    before = _effective(statement)
    now = book.values({(contract, week) for contract, week, _session in before})
    known_until = max(statement.counted_until, book.day.date)
    if all((now.get(key, Values()) - before.get(key, Values())).is_zero() for key in {*now, *before}):
        Statement.objects.filter(pk=statement.pk).update(counted_until=known_until)
        return None
    if statement.status == Statement.Status.READY:
        former = Statement.objects.filter(
            distributor=statement.distributor_id,
            cinema=statement.cinema_id,
            last=statement.last,
            version=statement.version - 1,
        ).first()
        statement.lines.all().delete()
        statement.made_at, statement.counted_until = at, known_until
        return _store(statement, now, _effective(former) if former else {})
    Statement.objects.filter(pk=statement.pk).update(is_latest=False)
    new = Statement(
        distributor_id=statement.distributor_id,
        cinema_id=statement.cinema_id,
        first=statement.first,
        last=statement.last,
        version=statement.version + 1,
        made_at=at,
        counted_until=known_until,
        sends_itself=statement.sends_itself,
    )
    return _store(new, now, before)


def _effective(statement: Statement) -> dict[Key, Values]:
    """What the lines of a version say, with its corrections. One query."""
    found: dict[Key, Values] = {}
    for line in statement.lines.order_by("is_correction", "pk"):
        before = found.get(line.key, Values())
        found[line.key] = Values(
            before.base + line.measured(),
            before.hire + line.hire,
            before.advance + line.advance,
            line.about,
            line.steps,
        )
    return found


def _store(statement: Statement, now: Mapping[Key, Values], before: Mapping[Key, Values]) -> Statement:
    """Save a version: its lines as they are now, or those of the version before with a line for each difference."""
    corrections = {}
    if before:
        differences = {key: now.get(key, Values()) - before.get(key, Values()) for key in {*now, *before}}
        corrections = {key: each for key, each in differences.items() if not each.is_zero()}
    total = sum((each.base for (_c, _w, session), each in now.items() if session is None), Base())
    statement.box_office, statement.base = total.box_office, total.base
    statement.hire = sum((each.hire for each in now.values()), ZERO)
    statement.advance = sum((each.advance for each in now.values()), ZERO)
    statement.save()
    StatementLine.objects.bulk_create(
        [
            *(_line(statement, key, each) for key, each in (before or now).items()),
            *(_line(statement, key, each, is_correction=True) for key, each in corrections.items()),
        ]
    )
    return statement


def _line(statement: Statement, key: Key, values: Values, *, is_correction: bool = False) -> StatementLine:
    contract, week, session = key
    measures = {name: getattr(values.base, name) for name in StatementLine.MEASURES}
    return StatementLine(
        statement=statement,
        contract_id=contract,
        week=week,
        kind=Kind.WEEK if session is None else Kind.SESSION,
        session_id=session,
        about=values.about,
        is_correction=is_correction,
        hire=values.hire,
        advance=values.advance,
        steps=values.steps,
        **measures,
    )
