"""Past screenings as `forecast_session` takes them. Reads only."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q, Sum

from orders.models import Ticket
from reports.catalogue.programme import daypart
from reports.models import SessionFigures
from screenings.models import Cinema, Holiday, Session

DAY = timedelta(days=1)
KNOWN = 182 * DAY  # how far back the history goes
MOST = 20_000  # past screenings, the latest ones: more take longer and tell little
BOOKED = 28 * DAY  # of the history: the screenings that the booking curve and the tickets per order come from
POINTS = (0.1, 0.25, 0.5, 1, 2, 3, 5, 7, 10, 14, 21)  # days left at which the bookings of these are counted
PARTIES = range(1, 11)  # tickets of an order, as far as it counts how many have so many
KEPT = (Ticket.Status.PAID, Ticket.Status.USED, Ticket.Status.EXPIRED)  # paid and not refunded


@dataclass(frozen=True)
class History:
    """Past screenings, the last first; how many tickets an order has, and the share of orders by this number."""

    rows: Sequence[Mapping[str, Any]]
    party_mean: float
    party_mix: Mapping[str, float]


def read_history(at: datetime) -> History:
    """Past screenings that were counted, as of `at`. Six queries."""
    cinemas = {cinema.pk: cinema for cinema in Cinema.objects.all()}
    figures = list(
        SessionFigures.objects.filter(
            ~Q(session__status=Session.Status.CANCELLED),
            about__gt=(at - KNOWN).date(),
            session__end_datetime__lte=at,
        )
        .order_by("-about", "-session")
        .values(
            *("session_id", "about", "cinema_id", "capacity", "sold", "refunded"),
            *("session__start_datetime", "session__film_id", "session__hall_id", "session__format"),
        )[:MOST]
    )
    holidays = days_of_holidays()
    opened = first_days({row["session__film_id"] for row in figures}, cinemas)
    kept = Ticket.objects.filter(
        status__in=KEPT, session__start_datetime__gt=at - BOOKED, session__end_datetime__lte=at, order__paid_at__lt=at
    ).order_by()
    bookings = _bookings(kept)
    parties = kept.values("order").annotate(size=Count("pk"))
    counted = parties.aggregate(
        tickets=Sum("size"),
        orders=Count("size"),
        **{str(size): Count("size", filter=Q(size=size)) for size in PARTIES},
    )
    orders = counted["orders"] or 1
    rows = [
        described(
            cinemas[row["cinema_id"]],
            start=row["session__start_datetime"],
            film=row["session__film_id"],
            hall=row["session__hall_id"],
            form=row["session__format"],
            opened=opened,
            holidays=holidays,
        )
        | {
            "capacity": row["capacity"],
            "admissions": row["sold"] - row["refunded"],
            **({"bookings": bookings[row["session_id"]]} if row["session_id"] in bookings else {}),
        }
        for row in figures
    ]
    mix = {str(size): round(counted[str(size)] / orders, 4) for size in PARTIES if counted[str(size)]}
    return History(rows, (counted["tickets"] or orders) / orders, mix)


def days_of_holidays() -> set[date]:
    """The calendar of the chain. One query."""
    return set(Holiday.objects.values_list("day", flat=True))


def first_days(films: Iterable[int], cinemas: Mapping[int, Cinema]) -> dict[tuple[int, int], datetime]:
    """By film and cinema: when it was first shown there. One query."""
    shown = Session.objects.filter(film__in=films, hall__cinema__in=cinemas).exclude(status=Session.Status.CANCELLED)
    first = shown.order_by().values("film", "hall__cinema").annotate(first=Min("start_datetime"))
    return {(row["film"], row["hall__cinema"]): row["first"] for row in first}


def described(
    cinema: Cinema,
    *,
    start: datetime,
    film: int,
    hall: int,
    form: str,
    opened: Mapping[tuple[int, int], datetime],
    holidays: Collection[date],
) -> dict[str, Any]:
    """A screening in the terms of `forecast_session`, by the cinema's clock and its business days. No query."""
    day, hour = cinema.business_date(start), cinema.local(start).hour
    first = opened.get((film, cinema.pk), start)
    return {
        "date": day.isoformat(),
        "cinema": cinema.pk,
        "hall": hall,
        "film": film,
        "weekday": day.weekday(),
        "daypart": str(daypart(hour)),
        "hour": hour,
        "film_week": max(0, (day - cinema.business_date(first)).days) // 7 + 1,
        "format": form,
        "holiday": day in holidays,
    }


def _bookings(kept: Any) -> dict[int, list[list[float]]]:
    """By session: days left, and seats sold by then. One query."""
    counts = {
        f"before_{number}": Count(
            "pk", filter=Q(order__paid_at__lte=F("session__start_datetime") - timedelta(days=days))
        )
        for number, days in enumerate(POINTS)
    }
    names = list(counts)
    return {
        row["session"]: [[days, row[name]] for days, name in zip(POINTS, names, strict=True)]
        for row in kept.values("session").annotate(**counts)
    }
