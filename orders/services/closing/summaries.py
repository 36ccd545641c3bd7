"""Summaries of archived sessions."""

from collections.abc import Collection

from django.db.models import Count, ExpressionWrapper, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from cinema.money import ZERO, MoneyField
from orders.models import Ticket
from screenings.models import Seat, Session, SessionSummary

Status = Ticket.Status
FIGURES = ["capacity", "sold", "used", "no_show", "refunded", "gross", "net"]


def summaries_of(sessions: Collection[int]) -> list[SessionSummary]:
    """The figures of each session as of now; `SessionSummary` defines them. Two queries."""
    paid = ExpressionWrapper(
        F("tickets__price") - F("tickets__discount_share") - F("tickets__bonus_share"), output_field=MoneyField()
    )
    used = Q(tickets__status=Status.USED)
    no_show = Q(tickets__status__in=[Status.PAID, Status.EXPIRED])
    refunded = Q(tickets__refund_line__isnull=False)
    sold = used | no_show | refunded
    capacity = Seat.objects.filter(hall=OuterRef("hall")).order_by().values("hall").annotate(n=Count("*")).values("n")
    rows = (
        Session.objects.filter(pk__in=sessions)
        .order_by("pk")
        .annotate(
            capacity=Coalesce(Subquery(capacity), 0),
            sold=Count("tickets", filter=sold),
            used=Count("tickets", filter=used),
            no_show=Count("tickets", filter=no_show),
            refunded=Count("tickets", filter=refunded),
            gross=Sum(paid, filter=sold, default=ZERO),
            back=Sum("tickets__refund_line__amount", filter=refunded, default=ZERO),
        )
        .values("pk", "capacity", "sold", "used", "no_show", "refunded", "gross", "back")
    )
    return [
        SessionSummary(
            session_id=row["pk"],
            capacity=row["capacity"],
            sold=row["sold"],
            used=row["used"],
            no_show=row["no_show"],
            refunded=row["refunded"],
            gross=row["gross"],
            net=row["gross"] - row["back"],
        )
        for row in rows
    ]


def recount(sessions: Collection[int]) -> None:
    """Correct the summaries of those sessions that are archived already, after a later refund."""
    known = dict(SessionSummary.objects.filter(session__in=sessions).values_list("session_id", "pk"))
    if not known:
        return
    corrected = summaries_of(known.keys())
    for summary in corrected:
        summary.pk = known[summary.session_id]
    SessionSummary.objects.bulk_update(corrected, FIGURES)
