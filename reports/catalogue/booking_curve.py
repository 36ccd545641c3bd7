"""How a screening sells: its tickets by days before the start, against screenings like it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.models import Ticket
from reports.catalogue.programme import DAYPARTS, daypart
from reports.charts import lines
from reports.charts.drawing import Value
from reports.tables import Chart, Column, Kind, Text
from screenings.models import Session

LONGEST = 14  # days before the start; what was sold earlier is part of the first point
LIKE = 8  # screenings
WEEKS = 26  # in which they are looked for
DAY = timedelta(days=1)
KEPT = (Ticket.Status.PAID, Ticket.Status.USED, Ticket.Status.EXPIRED)  # paid and not refunded

Curve = Mapping[int, int]  # tickets by days before the start


def booking_curve(session: Session, at: datetime) -> Chart:
    """Cumulative tickets of the screening, and the mean of the last `LIKE` ones of the same cinema, weekday and part of
    the day. One query.
    """
    curves = _curves(session, at)
    own = curves.pop(session.pk)
    first = min(max([7, *own, *(days for curve in curves.values() for days in curve)]), LONGEST)
    days = range(first, -1, -1)
    elapsed = max((session.start_datetime - at).days, 0)
    series: dict[Text, list[Value]] = {
        _("This screening"): [_sold(own, day) if day >= elapsed else None for day in days]
    }
    if curves:
        name = ngettext(
            "Mean of %(count)d screening like it", "Mean of %(count)d screenings like it", len(curves)
        ) % {"count": len(curves)}  # fmt: skip
        sums = [sum(_sold(curve, day) for curve in curves.values()) for day in days]
        series[name] = [(Decimal(each) / len(curves)).quantize(Decimal("0.1")) for each in sums]
    return lines(
        _("Booking curve"),
        list(days),
        series,
        kind=Kind.DECIMAL,
        label=Column("days", _("Days before the start"), Kind.INTEGER),
    )


def _with_those_like_it(session: Session, at: datetime) -> QuerySet[Session]:
    """The screening, and those like it that began before it, and before `at`; the latest first."""
    cinema = session.hall.cinema
    date = cinema.business_date(session.start_datetime)
    part = daypart(cinema.local(session.start_datetime).hour)
    begins, last = DAYPARTS[part][1], part == len(DAYPARTS) - 1
    ends: time = DAYPARTS[0][1] if last else DAYPARTS[part + 1][1]
    on_weekday = Q()
    for weeks in range(WEEKS + 1):
        day = date - weeks * 7 * DAY
        start = datetime.combine(day, begins, cinema.zone)
        end = datetime.combine(day + DAY if last else day, ends, cinema.zone)
        on_weekday |= Q(start_datetime__gte=start, start_datetime__lt=end)
    before = Q(start_datetime__lt=min(session.start_datetime, at)) & ~Q(status=Session.Status.CANCELLED)
    return Session.objects.filter(Q(pk=session.pk) | on_weekday & before, hall__cinema=cinema).order_by(
        "-start_datetime", "-pk"
    )


def _curves(session: Session, at: datetime) -> dict[int, Counter[int]]:
    """By screening: this one, and the last ones like it."""
    compared = Session.objects.filter(pk__in=_with_those_like_it(session, at).values("pk")[: LIKE + 1]).order_by()
    kept = Q(tickets__status__in=KEPT, tickets__order__paid_at__lt=at)
    rows = compared.values_list("pk", "start_datetime", "tickets__order__paid_at")
    curves: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for pk, start, paid_at, number in rows.annotate(number=Count("tickets", filter=kept)):
        curves[pk][max((start - paid_at).days, 0) if number else 0] += number
    return dict(curves)


def _sold(curve: Curve, days: int) -> int:
    """How many were sold until so many days before the start."""
    return sum(number for before, number in curve.items() if before >= days)
