"""What the first page shows: today's screenings, and yesterday and the week against the week before.

The figures are those of `takings` for the same cinemas and dates.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from orders.availability.seat_counts import SeatCount, seat_counts
from payments.models import Rates
from reports import definitions
from reports.catalogue.takings import added, column_of, figures, period_text
from reports.counting.bar import count_by_screening
from reports.days import Day, planned_day
from reports.models import BarFigures, BusinessDay, Figures, TicketFigures
from reports.reading import Period, by_cinema, grouped, live, sums_by_day
from reports.tables import Column, Table
from screenings.models import Cinema, Session

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
#: What is read of each screening: a chain has hundreds a day, and films have long descriptions.
OF_SCREENING = (
    *("start_datetime", "end_datetime", "status", "hall__cinema", "hall__name", "hall__texts"),
    *("film__title", "film__texts", "film__year", "film__age_rating"),
)
Daily = Mapping[tuple[int, date], Mapping[str, Any]]  # sums by cinema and date

SHOWN = (
    definitions.ADMISSIONS,
    definitions.BOX_OFFICE,
    definitions.WEEK_BEFORE,
    definitions.CHANGE_FROM_WEEK,
    definitions.BAR_TAKINGS,
    definitions.SPEND_PER_HEAD,
)


@dataclass(frozen=True)
class Screening:
    """A screening of today; without its figures for people who may not see them. See `Today`."""

    session: Session
    starts: datetime  # by the cinema's clock
    seats: SeatCount
    figures: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Today:
    """The business day of a cinema that goes on now. `figures` are by the keys of their definitions."""

    cinema: Cinema
    date: date
    screenings: Sequence[Screening]
    figures: Mapping[str, Any] | None

    @property
    def taken(self) -> int:
        return sum(each.seats.sold for each in self.screenings)

    @property
    def capacity(self) -> int:
        return sum(each.seats.capacity for each in self.screenings)


@dataclass(frozen=True)
class Comparison:
    """The figures of some dates against those of the week before, with a row for each cinema."""

    table: Table
    cinemas: Mapping[int, Cinema]
    dates: Mapping[int, tuple[date, date]]  # the first and the last one, by cinema
    at: datetime


class Overview:
    """The figures of some cinemas as of `at`; what is read for one of its parts is not read again for the others."""

    def __init__(
        self,
        cinemas: Collection[Cinema],
        at: datetime,
        *,
        rates: Rates | None = None,
        stored: Iterable[BusinessDay] | None = None,
    ) -> None:
        """The VAT rates and the `last_days` of the cinemas may be given: a query less for each."""
        self.rates = rates
        dates = [cinema.business_date(at) for cinema in cinemas]
        self.cinemas = {cinema.pk: cinema for cinema in cinemas}
        # A day that was stored before the cinema's days were made to end later is ahead of its clock until then.
        known = {} if stored is None else {frozenset(self.cinemas): by_cinema(stored)}
        self.period = Period(cinemas, min(dates) - 2 * WEEK, max(dates) + DAY, at, known)

    def today(self, *, with_figures: bool) -> list[Today]:
        """The screenings of today by cinema, without cancelled ones. Four queries; with figures four more."""
        sessions = self._sessions(of_open_days=with_figures)
        seats = seat_counts(sessions, at=self.period.at)
        known = self._by_session() if with_figures else None
        screenings: defaultdict[int, list[Screening]] = defaultdict(list)
        for session in sessions:
            cinema = self.cinemas[session.hall.cinema_id]
            screening = Screening(session, cinema.local(session.start_datetime), seats[session.pk])
            if known is not None:
                screening = replace(screening, figures=figures(*(rows[session.pk] for rows in known)))
            screenings[cinema.pk].append(screening)
        return [
            Today(
                cinema,
                self._days[pk].date,
                screenings[pk],
                figures(*self._sums(pk, [self._days[pk].date])) if with_figures else None,
            )
            for pk, cinema in self.cinemas.items()
        ]

    def yesterday(self) -> Comparison:
        """Six queries; none after `today` with figures."""
        return self._compared(_("Yesterday"), {pk: [day.date - DAY] for pk, day in self._days.items()})

    def week(self) -> Comparison:
        """The week of each cinema up to yesterday; on its first day, the week before. Queries as for `yesterday`."""
        dates = {}
        for pk, day in self._days.items():
            first = self.cinemas[pk].week_of(day.date - DAY)
            dates[pk] = [first + number * DAY for number in range((day.date - first).days)]
        return self._compared(_("The week up to yesterday"), dates)

    def _sessions(self, *, of_open_days: bool) -> list[Session]:
        """Those of today. With the others of days that are open, of which figures are counted, in the same query."""
        wanted = Q()
        for pk, day in self._days.items():
            wanted |= Q(hall__cinema=pk, start_datetime__gte=day.starts_at, start_datetime__lt=day.ends_at)
        counted = self.period.open_days_together if of_open_days else []
        for days in counted:
            wanted |= days.within("start_datetime", "hall__cinema")
        sessions = Session.objects.filter(wanted).select_related("film", "hall").only(*OF_SCREENING)
        read = list(sessions.order_by("start_datetime", "hall__name", "pk"))
        for days in counted:
            if self.rates is not None:
                days.rates = self.rates
            days.screenings = [
                {
                    "pk": session.pk,
                    "start_datetime": session.start_datetime,
                    "film_id": session.film_id,
                    "hall_id": session.hall_id,
                    "cinema_id": session.hall.cinema_id,
                }
                for session in read
                if session.hall.cinema_id in days.cinemas and days.of(session.start_datetime, session.hall.cinema_id)
            ]
        return [
            session
            for session in read
            if session.status != Session.Status.CANCELLED
            and self._days[session.hall.cinema_id].starts_at <= session.start_datetime
            and session.start_datetime < self._days[session.hall.cinema_id].ends_at
        ]

    @cached_property
    def _days(self) -> dict[int, Day]:
        """The business day of each cinema that goes on at `at`."""
        days: dict[int, Day] = {}
        for group in self.period.open_days:
            for day in group.days:
                if day.starts_at <= self.period.at < day.ends_at:
                    days |= dict.fromkeys(group.cinemas, day)
        return {
            pk: days.get(pk) or planned_day(cinema, cinema.business_date(self.period.at))
            for pk, cinema in self.cinemas.items()
        }

    @cached_property
    def _by_day(self) -> Mapping[type[Figures], Daily]:
        return sums_by_day((TicketFigures, BarFigures), self.period)

    def _sums(self, cinema: int, dates: Collection[date]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The measures of tickets and those of the bar, on these dates."""
        keys = [(cinema, each) for each in dates]
        tickets, bar = (self._by_day[table] for table in (TicketFigures, BarFigures))
        return (
            added(TicketFigures.MEASURES, [tickets[key] for key in keys if key in tickets]),
            added(BarFigures.MEASURES, [bar[key] for key in keys if key in bar]),
        )

    def _by_session(self) -> list[defaultdict[int, dict[str, Any]]]:
        """What was counted of each screening of days that are open, as today is: its tickets, and the bar."""
        self.period.counted[BarFigures] = [
            row for days in self.period.open_days_together for row in count_by_screening(days, self.period.at)
        ]
        found = []
        for table in (TicketFigures, BarFigures):
            known: defaultdict[int, dict[str, Any]] = defaultdict(partial(dict.fromkeys, table.MEASURES, 0))
            of_sessions = grouped(table, live(table, self.period, ["session_id"]), ["session_id"])
            found.append(known | {row["session_id"]: row for row in of_sessions})
        return found

    def _compared(self, title: str, dates: Mapping[int, Sequence[date]]) -> Comparison:
        """These dates of each cinema against the same of the week before."""
        rows, parts = [], []
        for pk, cinema in self.cinemas.items():
            before, _bar_before = self._sums(pk, [each - WEEK for each in dates[pk]])
            part = (*self._sums(pk, dates[pk]), before)
            parts.append(part)
            rows.append({"cinema": str(cinema), "key": pk, **_row(*part)})
        tickets, bar, before_all = zip(*parts, strict=True)
        total = _row(
            added(TicketFigures.MEASURES, tickets),
            added(BarFigures.MEASURES, bar),
            added(TicketFigures.MEASURES, before_all),
        )
        first, last = min(each[0] for each in dates.values()), max(each[-1] for each in dates.values())
        table = Table(
            title=title,
            subtitle=period_text(self.period.cinemas, first, last),
            columns=[Column("cinema", _("Cinema")), *(column_of(each) for each in SHOWN)],
            rows=rows,
            totals=total if len(rows) > 1 else None,
        )
        bounds = {pk: (each[0], each[-1]) for pk, each in dates.items()}
        return Comparison(table, self.cinemas, bounds, self.period.at)


def _row(tickets: Mapping[str, Any], bar: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    row = figures(tickets, bar) | {"week_before": definitions.BOX_OFFICE.of(before)}
    row["change_from_week"] = definitions.CHANGE_FROM_WEEK.of(row)
    return {each.key: row[each.key] for each in SHOWN}
