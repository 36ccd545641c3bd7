"""Films and times: what people came to see, and when the halls were full."""

from collections import defaultdict
from dataclasses import replace
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum
from django.db.models.functions import ExtractHour
from django.utils.translation import gettext as _

from reports import definitions
from reports.catalogue.takings import column_of, subtitle
from reports.definitions import Unit
from reports.models import Daypart, SessionFigures, TicketFigures
from reports.reading import Period, sums
from reports.tables import Column, Table
from screenings.models import Film, Session

AVERAGE = definitions.AVERAGE_TICKET
FILM = (
    definitions.ADMISSIONS,
    definitions.BOX_OFFICE,
    AVERAGE,
    definitions.SCREENINGS,
    definitions.ADMISSIONS_PER_SCREENING,
    definitions.OCCUPANCY,
    definitions.CHANGE,
)

#: Names and first hours of the parts of a day; the first one begins with the business day.
DAYPARTS = [
    (Daypart.MORNING.label, time(5)),
    (Daypart.AFTERNOON.label, time(12)),
    (Daypart.EVENING.label, time(17)),
    (Daypart.LATE.label, time(21)),
]


def films(period: Period) -> Table:
    """Films by admissions, with the change from the period of the same length before. At most eleven queries."""
    days = period.last - period.first + timedelta(days=1)
    before = replace(period, first=period.first - days, last=period.last - days)
    admissions = definitions.ADMISSIONS.of
    earlier = {row["film_id"]: admissions(row) for row in sums(TicketFigures, before, by=["film_id"])}
    of_film = sorted(
        sums(TicketFigures, period, by=["film_id"]), key=lambda row: (-(admissions(row) or 0), row["film_id"])
    )
    screenings = {
        row["session__film"]: row
        for row in _past(period).values("session__film").annotate(screenings=Count("pk"), capacity=Sum("capacity"))
    }
    titles = Film.objects.in_bulk([row["film_id"] for row in of_film])
    rows = []
    for row in of_film:
        shown = screenings.get(row["film_id"], {"screenings": 0, "capacity": 0})
        known = {**row, **shown, "admissions": admissions(row), "before": earlier.get(row["film_id"], 0)}
        rows.append(
            {"film": str(titles[row["film_id"]]), "key": row["film_id"], **{each.key: each.of(known) for each in FILM}}
        )
    return Table(
        title=_("Films"),
        subtitle=subtitle(period),
        columns=[
            Column("film", _("Film")),
            *(column_of(each, summed=each.unit in (Unit.COUNT, Unit.MONEY) and each != AVERAGE) for each in FILM),
        ],
        rows=rows,
    )


def occupancy(period: Period) -> list[list[Any]]:
    """Occupancy in percent, or None without screenings: a row for each part of the day, a column for each weekday from
    Monday on. One query for each time zone of the cinemas.
    """
    admitted: defaultdict[tuple[int, int], int] = defaultdict(int)
    seats: defaultdict[tuple[int, int], int] = defaultdict(int)
    for zone in {cinema.time_zone for cinema in period.cinemas}:
        of_zone = _past(period).filter(cinema__time_zone=zone)
        hour = ExtractHour("session__start_datetime", tzinfo=ZoneInfo(zone))
        for row in (
            of_zone.annotate(hour=hour)
            .values("about", "hour")
            .annotate(sold=Sum("sold"), refunded=Sum("refunded"), seats=Sum("capacity"))
        ):
            cell = daypart(row["hour"]), row["about"].weekday()
            admitted[cell] += row["sold"] - row["refunded"]
            seats[cell] += row["seats"]
    return [
        [
            definitions.OCCUPANCY.of({"sold": admitted[cell], "refunded": 0, "capacity": seats[cell]})
            for cell in ((part, weekday) for weekday in range(7))
        ]
        for part in range(len(DAYPARTS))
    ]


def daypart(hour: int) -> int:
    """The position in `DAYPARTS` of a screening that starts in this local hour. After midnight is late."""
    if hour < DAYPARTS[0][1].hour:
        return len(DAYPARTS) - 1
    return max(position for position, (_name, start) in enumerate(DAYPARTS) if start.hour <= hour)


def hours_of(part: int) -> list[int]:
    """The local hours in which screenings of this part of the day start."""
    return [hour for hour in range(24) if daypart(hour) == part]


def _past(period: Period) -> Any:
    """The past screenings of the period, to be grouped."""
    return SessionFigures.objects.filter(
        ~Q(session__status=Session.Status.CANCELLED),
        cinema__in=[cinema.pk for cinema in period.cinemas],
        about__range=(period.first, period.last),
    ).order_by()
