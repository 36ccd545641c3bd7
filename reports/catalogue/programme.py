"""Films and times: what people came to see, and when the halls were full."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum
from django.db.models.functions import ExtractHour
from django.utils.translation import gettext as _

from reports import definitions
from reports.catalogue.takings import added, column_of, subtitle
from reports.models import Daypart, SessionFigures, TicketFigures
from reports.reading import Period, sums
from reports.tables import Column, Table
from screenings.models import Film, Session

FILM = (
    definitions.ADMISSIONS,
    definitions.LAST_DAY,
    definitions.CHANGE,
    definitions.RUN_ADMISSIONS,
    definitions.SCREENS,
    definitions.ADMISSIONS_PER_SCREEN,
    definitions.BOX_OFFICE,
    definitions.RUN_BOX_OFFICE,
    definitions.AVERAGE_TICKET,
    definitions.SCREENINGS,
    definitions.ADMISSIONS_PER_SCREENING,
    definitions.OCCUPANCY,
)
SUMMED = (
    definitions.ADMISSIONS,
    definitions.LAST_DAY,
    definitions.RUN_ADMISSIONS,
    definitions.BOX_OFFICE,
    definitions.RUN_BOX_OFFICE,
    definitions.SCREENINGS,
)
#: By what films are ranked: the period, its last day, or their whole run.
RANKED_BY = {
    "period": definitions.ADMISSIONS,
    "day": definitions.LAST_DAY,
    "run": definitions.RUN_ADMISSIONS,
}

#: Names and first hours of the parts of a day; the first one begins with the business day.
DAYPARTS = [
    (Daypart.MORNING.label, time(5)),
    (Daypart.AFTERNOON.label, time(12)),
    (Daypart.EVENING.label, time(17)),
    (Daypart.LATE.label, time(21)),
]


def films(period: Period, rank: str = "period") -> Table:
    """The films of a period by admissions, with the change from the period of the same length before, and their whole
    run. `rank` is one of `RANKED_BY`. At most thirteen queries.
    """
    days, day = period.last - period.first + timedelta(days=1), timedelta(days=1)
    before = replace(period, first=period.first - days, last=period.first - day)
    last_day = _by_film(replace(period, first=period.last))
    others = _by_film(replace(period, last=period.last - day)) if days > day else {}
    shown = {*last_day, *others}
    earlier = _by_film(before, film_id__in=shown)
    much_earlier = _by_film(replace(period, first=date.min, last=before.first - day), film_id__in=shown)
    screenings = {
        row["session__film"]: row
        for row in past_screenings(period)
        .values("session__film")
        .annotate(screenings=Count("pk"), capacity=Sum("capacity"), screens=Count("session__hall", distinct=True))
    }
    titles = Film.objects.in_bulk(shown)
    admissions = definitions.ADMISSIONS.of
    rows: list[dict[str, Any]] = []
    for pk in shown:
        parts = [each[pk] for each in (last_day, others, earlier, much_earlier) if pk in each]
        of_period = added(TicketFigures.MEASURES, [each[pk] for each in (last_day, others) if pk in each])
        known = {
            **of_period,
            **screenings.get(pk, {"screenings": 0, "capacity": 0, "screens": 0}),
            "admissions": admissions(of_period),
            "before": admissions(earlier[pk]) if pk in earlier else 0,
            "last_day": admissions(last_day[pk]) if pk in last_day else 0,
            "run": added(TicketFigures.MEASURES, parts),
        }
        rows.append({"film": str(titles[pk]), "key": pk, **{each.key: each.of(known) for each in FILM}})
    ranked_by = RANKED_BY[rank].key
    rows.sort(key=lambda row: (-row[ranked_by], -row[definitions.ADMISSIONS.key], row["key"]))
    return Table(
        title=_("Films"),
        subtitle=subtitle(period),
        columns=[
            Column("film", _("Film")),
            *(column_of(each, summed=each in SUMMED) for each in FILM),
        ],
        rows=rows,
    )


def _by_film(period: Period, **only: Any) -> dict[int, dict[str, Any]]:
    return {row["film_id"]: row for row in sums(TicketFigures, period, by=["film_id"], **only)}


def occupancy(period: Period) -> list[list[Any]]:
    """Occupancy in percent, or None without screenings: a row for each part of the day, a column for each weekday from
    Monday on. One query for each time zone of the cinemas.
    """
    admitted: defaultdict[tuple[int, int], int] = defaultdict(int)
    seats: defaultdict[tuple[int, int], int] = defaultdict(int)
    for zone in {cinema.time_zone for cinema in period.cinemas}:
        of_zone = past_screenings(period).filter(cinema__time_zone=zone)
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


def past_screenings(period: Period) -> Any:
    """The past screenings of the period, to be grouped."""
    return SessionFigures.objects.filter(
        ~Q(session__status=Session.Status.CANCELLED),
        cinema__in=[cinema.pk for cinema in period.cinemas],
        about__range=(period.first, period.last),
    ).order_by()
