from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from house_rules.rules import rules
from orders.models import Order, Ticket
from orders.services.closing.summaries import summaries_of
from screenings.models import Session, SessionSummary


def to_archive(at: datetime) -> QuerySet[Session]:
    """Completed or cancelled sessions that ended more than `ARCHIVE_AFTER` ago and whose orders are settled."""
    settled = (
        Q(order__status=Order.Status.CANCELLED, order__cancelled_at__lte=at)
        | Q(order__status=Order.Status.COMPLETED, order__completed_at__lte=at)
        | Q(order__status=Order.Status.REFUNDED, order__refund_processed_at__lte=at)
    )
    unsettled = Ticket.objects.filter(~settled, session=OuterRef("pk"))
    of_cancelled = Ticket.objects.live().filter(session=OuterRef("pk"))
    return Session.objects.filter(
        ~Exists(unsettled),
        Q(status=Session.Status.COMPLETED) | ~Exists(of_cancelled),
        archived_at__isnull=True,
        status__in=[Session.Status.COMPLETED, Session.Status.CANCELLED],
        end_datetime__lt=at - rules().archive_after,
    )


def archive_locked(sessions: Iterable[Session], *, at: datetime) -> None:
    """Write the summaries of old sessions and take them out of every live list and index; nothing is lost.

    A refund locks its sessions too (see `orders.locks`): so it either comes before the summary, or corrects it
    afterwards. Archived sessions are left alone. A constant number of queries. Must be called inside a transaction (the
    sessions are locked and were read afterwards).
    """
    fresh = [session.pk for session in sessions if session.archived_at is None]
    SessionSummary.objects.bulk_create(summaries_of(fresh))
    Session.objects.filter(pk__in=fresh).update(archived_at=at)
