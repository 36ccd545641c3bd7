"""Close business days: freeze their figures, and check that the books agree."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from orders.models import RefundLine
from reports.days import Days
from reports.errors import EarlierDayOpen
from reports.models import BusinessDay, TicketFigures
from reports.services.booking import book
from reports.services.checks import checks_of
from reports.services.session_figures import count_locked
from screenings.models import Session

#: A day is counted again at each close of the week after it, which finds what was recorded late.
RECHECKED = timedelta(days=8)


def close_locked(day: BusinessDay, *, at: datetime) -> None:
    """Close a day that has ended: book its figures and what changed about earlier days, and store its balance of
    advances and its checks.

    Figures are those of the end of the day, however late it is closed: what happened afterwards belongs to the next
    day. A fact about an earlier day is booked with this day if it happened on this day, or was recorded after that day
    was closed. A day that is closed already is left alone. Raises `EarlierDayOpen`. A constant number of queries. Must
    be called inside a transaction (the day is locked).
    """
    if day.closed_at is not None:
        return
    if BusinessDay.objects.filter(cinema=day.cinema_id, starts_at__lt=day.starts_at, closed_at__isnull=True).exists():
        raise EarlierDayOpen(_("%(day)s cannot be closed: an earlier day of this cinema is still open.") % {"day": day})
    days = days_to_count(day)
    book(day, Days(days, cinemas=[day.cinema_id]), as_of=day.ends_at)
    BusinessDay.objects.filter(pk__in=[each.pk for each in days], recount=True).update(recount=False)
    changed = TicketFigures.objects.filter(day=day).exclude(about=day.date).values("session")
    count_locked(Session.objects.filter(pk__in=changed, figures__isnull=False).order_by("pk"), at=at)
    for check in checks_of(day):
        check.save()
    day.closed_at = at
    day.save(update_fields=["advances", "closed_at"])


def days_to_count(day: BusinessDay, *, recheck: bool = True) -> list[BusinessDay]:
    """The day and the earlier ones whose figures may have changed on it: those of screenings and orders of which
    something was refunded, and with `recheck` those of the week before and those found wrong since.
    """
    earlier = BusinessDay.objects.closed().filter(cinema=day.cinema_id, starts_at__lt=day.starts_at)
    recent = earlier.filter(Q(ends_at__gt=day.starts_at - RECHECKED) | Q(recount=True)) if recheck else []
    return list({each.pk: each for each in (*recent, *_refunded_about(day, earlier), day)}.values())


def _refunded_about(day: BusinessDay, closed: QuerySet[BusinessDay]) -> list[BusinessDay]:
    """The earlier days of which a ticket, or a snack, was refunded on this day."""
    lines = RefundLine.objects.filter(
        refund__requested_at__gte=day.starts_at,
        refund__requested_at__lt=day.ends_at,
        refund__order__cinema=day.cinema_id,
    ).order_by()
    of_snacks = lines.filter(preorder__isnull=False)
    instants = {
        *lines.filter(ticket__isnull=False).values_list("ticket__session__start_datetime", flat=True),
        *of_snacks.values_list("preorder__order__tickets__session__start_datetime", flat=True),
        *of_snacks.values_list("refund__order__paid_at", flat=True),
    }
    older = [instant for instant in instants if instant is not None and instant < day.starts_at]
    if not older:
        return []
    days = Days(closed.filter(ends_at__gt=min(older), starts_at__lte=max(older)), cinemas=[day.cinema_id])
    dates = [date for instant in older if (date := days.of(instant)) is not None]
    return list(closed.filter(date__in=dates))
