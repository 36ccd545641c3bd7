from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, Case, Count, Expression, ExpressionWrapper, F, Q, Sum, Value, When

from cinema.money import ZERO, MoneyField
from orders.models import Ticket
from payments.models import Rates, Subject, Vat
from reports.counting.vat import PERCENT, included
from reports.days import Days, Row

Status = Ticket.Status
#: What tells the tickets of a screening apart, and where that is not a column of theirs.
LINE = ("ticket_type_id", "seat_kind", "channel", "promocode_id")
ELSEWHERE = {"seat_kind": F("seat__kind"), "channel": F("order__channel"), "promocode_id": F("order__promocode")}
#: Tickets that are sold, refunded ones among them, provided that their order is paid.
SOLD = Q(status__in=[Status.PAID, Status.USED, Status.EXPIRED]) | Q(refund_line__isnull=False)


def count(days: Days, as_of: datetime) -> Iterable[Row]:
    """The figures of tickets by line: see `TicketFigures`. Two queries, and one for the VAT rates, once.

    A ticket counts from the instant its order was paid. It stays sold when it is refunded, and counts as refunded too.
    """
    return _count(days, as_of, by=LINE)


def count_by_screening(days: Days, as_of: datetime) -> Iterable[Row]:
    """The same in fewer rows: one for each screening, however many tickets were sold."""
    return _count(days, as_of)


def _count(days: Days, as_of: datetime, *, by: Sequence[str] = ()) -> Iterable[Row]:
    sessions: dict[int, Any] = {
        row["pk"]: {**row, "about": days.of(row["start_datetime"], row["cinema_id"])} for row in days.screenings
    }
    dates = {pk: session["about"] for pk, session in sessions.items()}
    for row in totals(dates, as_of, by=by, rates=days.rates):
        session = sessions[row["session_id"]]
        yield {**row, **{key: session[key] for key in ("cinema_id", "film_id", "hall_id", "about")}}


def totals(
    dates: Mapping[int, date], as_of: datetime, *, by: Sequence[str] = (), rates: Rates | None = None
) -> Iterable[Row]:
    """The tickets of these sessions, each given with its business date: a row for each session, or for each part of it
    that the columns `by` of `LINE` tell apart. Two queries; one if the rates are given.
    """
    back = Q(refund_line__refund__requested_at__lt=as_of)
    used = Q(used_at__lt=as_of)
    value = ExpressionWrapper(F("price") - F("discount_share"), output_field=MoneyField())
    kept = ExpressionWrapper(F("price") - F("discount_share") - F("bonus_share"), output_field=MoneyField())
    return (
        Ticket.objects.filter(
            SOLD,
            session__in=dates.keys(),
            order__paid_at__lt=as_of,
        )
        .order_by()
        .annotate(**{column: ELSEWHERE[column] for column in by if column in ELSEWHERE})
        .values("session_id", *by)
        .annotate(
            sold=Count("pk"),
            refunded=Count("pk", filter=back),
            comps=Count("pk", filter=~back & Q(price=ZERO)),
            used=Count("pk", filter=~back & used),
            no_shows=Count("pk", filter=~back & ~used),
            gross=Sum("price"),
            discount=Sum("discount_share"),
            points=Sum("bonus_share"),
            refunded_value=Sum(value, filter=back, default=ZERO),
            refunded_money=Sum("refund_line__amount", filter=back, default=ZERO),
            vat=Sum(included(kept, _percent(dates, rates or Rates())), filter=~back, default=ZERO),
        )
    )


def _percent(dates: Mapping[int, date], rates: Rates) -> Expression:
    """The VAT rate of tickets on the business date of their session."""
    sessions: defaultdict[int, list[int]] = defaultdict(list)
    for session, day in dates.items():
        sessions[PERCENT[Vat(rates.on(Subject.TICKETS, day))]].append(session)
    usual = max(sessions, key=lambda percent: len(sessions[percent]), default=0)
    cases = [When(session__in=each, then=Value(percent)) for percent, each in sessions.items() if percent != usual]
    return Case(*cases, default=Value(usual), output_field=BigIntegerField())
