from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, ExpressionWrapper, F, Q, Sum

from cinema.money import ZERO, MoneyField
from orders.models import Ticket
from payments.models import Subject
from reports.counting.vat import included, percent_on
from reports.days import Days, Row
from screenings.models import Session

Status = Ticket.Status


def count(days: Days, as_of: datetime) -> Iterator[Row]:
    """The figures of tickets by line: see `TicketFigures`. Three queries.

    A ticket counts from the instant its order was paid. It stays sold when it is refunded, and counts as refunded too.
    """
    sessions = {
        row["pk"]: row
        for row in Session.objects.filter(days.within("start_datetime"), hall__cinema__in=days.cinemas)
        .order_by()
        .values("pk", "start_datetime", "film_id", "hall_id", "hall__cinema_id")
    }
    for row in lines(days, as_of, sessions=list(sessions)):
        session = sessions[row["session_id"]]
        yield {
            **row,
            "cinema_id": session["hall__cinema_id"],
            "film_id": session["film_id"],
            "hall_id": session["hall_id"],
            "about": days.of(session["start_datetime"]),
        }


def lines(days: Days, as_of: datetime, *, sessions: list[int]) -> Iterator[Row]:
    """The tickets of these sessions, grouped by what tells rows of figures apart."""
    back = Q(refund_line__refund__requested_at__lt=as_of)
    used = Q(used_at__lt=as_of)
    value = ExpressionWrapper(F("price") - F("discount_share"), output_field=MoneyField())
    kept = ExpressionWrapper(F("price") - F("discount_share") - F("bonus_share"), output_field=MoneyField())
    percent = percent_on(days, subject=Subject.TICKETS, instant="session__start_datetime")
    return (
        Ticket.objects.filter(
            Q(status__in=[Status.PAID, Status.USED, Status.EXPIRED]) | Q(refund_line__isnull=False),
            session__in=sessions,
            order__paid_at__lt=as_of,
        )
        .order_by()
        .annotate(seat_kind=F("seat__kind"), channel=F("order__channel"), promocode_id=F("order__promocode"))
        .values("session_id", "ticket_type_id", "seat_kind", "channel", "promocode_id")
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
            vat=Sum(included(kept, percent), filter=~back, default=ZERO),
        )
        .iterator()
    )
