"""Close business days: freeze their figures, and check that the books agree."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from concessions.models import ConcessionPreorder
from orders.models import Order, RefundLine
from payments.models import Refund, Shift
from reports.counting.points import held_at
from reports.days import Days
from reports.errors import EarlierDayOpen
from reports.models import BusinessDay, DayCheck, TicketFigures
from reports.services.booking import BALANCES, book, set_balances
from reports.services.checks import checks_of
from reports.services.session_figures import count_locked
from screenings.models import Session

#: A day is counted again at each close of the week after it, which finds what was recorded late.
RECHECKED = timedelta(days=8)


def close_locked(day: BusinessDay, *, at: datetime) -> None:
    """Close a day that has ended: book its figures and what changed about earlier days, and store its balances
    and its checks.

    Figures are those of the end of the day, however late it is closed: what happened afterwards belongs to the next
    day. A fact about an earlier day is booked with this day if it happened on this day, or was recorded after that day
    was closed. A day that is closed already is left alone. Raises `EarlierDayOpen`. A constant number of queries. Must
    be called inside a transaction (the day is locked).
    """
    if day.closed_at is not None:
        return
    if BusinessDay.objects.filter(cinema=day.cinema_id, starts_at__lt=day.starts_at, closed_at__isnull=True).exists():
        raise EarlierDayOpen(_("%(day)s cannot be closed: an earlier day of this cinema is still open.") % {"day": day})
    days = days_to_count([day])
    book([day], Days(days, cinemas=[day.cinema_id]), as_of=day.ends_at)
    set_balances([day])
    _recount_later([each for each in days if each.recount], day)
    count_locked(_sessions_corrected_on(day).select_for_update(of=("self",)), at=at)
    DayCheck.objects.bulk_create(checks_of(day))
    day.points_held, day.points_owed = held_at(day.ends_at)
    day.closed_at = at
    day.save(update_fields=[*BALANCES, "points_held", "points_owed", "closed_at"])


def days_to_count(days: Sequence[BusinessDay], *, recheck: bool = True) -> list[BusinessDay]:
    """A day and the earlier ones whose figures may have changed on it: the day before, of which screenings go on and
    snacks wait for their guests, those of orders of which something was refunded, or a snack was not collected, and
    those of shifts that were counted.
    With `recheck` also those of the week before, those of the refunds of that week, and those found wrong since.

    `days` are the same day of several cinemas, which have shared their days so far. Each date is returned once.
    """
    day, cinemas = days[0], [each.cinema_id for each in days]
    earlier = BusinessDay.objects.closed().filter(cinema__in=cinemas, starts_at__lt=day.starts_at)
    week_ago = day.starts_at - RECHECKED
    lines = RefundLine.objects.filter(
        refund__requested_at__gte=week_ago if recheck else day.starts_at,
        refund__requested_at__lt=day.ends_at,
        refund__order__cinema__in=cinemas,
    ).order_by()
    snacks = lines.filter(preorder__isnull=False)
    uncollected = ConcessionPreorder.objects.filter(
        status=ConcessionPreorder.Status.EXPIRED,
        collection_deadline__gte=day.starts_at,
        collection_deadline__lt=day.ends_at,
        order__cinema__in=cinemas,
    ).order_by()
    shifts = Shift.objects.filter(
        counted_at__gte=week_ago if recheck else day.starts_at, counted_at__lt=day.ends_at, cinema__in=cinemas
    ).order_by()
    instants = shifts.values_list("opened_at").union(
        lines.filter(ticket__isnull=False).values_list("ticket__session__start_datetime"),
        snacks.values_list("preorder__order__tickets__session__start_datetime"),
        snacks.values_list("refund__order__paid_at"),
        uncollected.values_list("order__tickets__session__start_datetime"),
    )
    near = Q(ends_at__gt=week_ago) | Q(recount=True) if recheck else Q(ends_at=day.starts_at)
    return list({each.date: each for each in (*earlier.filter(near), *_days_of(instants, earlier), day)}.values())


def _days_of(instants: Iterable[tuple[datetime | None]], closed: QuerySet[BusinessDay]) -> list[BusinessDay]:
    """Those of the closed days that contain one of the instants. At most one query, besides that of the instants."""
    known = [instant for (instant,) in instants if instant is not None]
    if not known:
        return []
    between = list(closed.filter(ends_at__gt=min(known), starts_at__lte=max(known)))
    dates = Days(between, cinemas=[])
    wanted = {dates.of(instant) for instant in known}
    return [each for each in between if each.date in wanted]


def _recount_later(counted: Iterable[BusinessDay], day: BusinessDay) -> None:
    """Days that were marked are done with, except those of refunds from outside that still wait for their lines, and of
    snacks that should have been given up by now: both are recorded with an instant that may be long past by then.
    """
    BusinessDay.objects.filter(pk__in=[each.pk for each in counted]).update(recount=False)
    waiting = Order.objects.filter(
        Q(pk__in=Refund.objects.awaiting_lines().values("order"))
        | Q(pk__in=Order.objects.refund_to_process(day.ends_at).values("pk"))
        | Q(pk__in=Order.objects.with_uncollected_snacks(day.ends_at).values("pk")),
        cinema=day.cinema_id,
    ).order_by()
    instants = waiting.values_list("tickets__session__start_datetime").union(waiting.values_list("paid_at"))
    closed = BusinessDay.objects.closed().filter(cinema=day.cinema_id)
    BusinessDay.objects.filter(pk__in=[each.pk for each in _days_of(instants, closed)]).update(recount=True)


def _sessions_corrected_on(day: BusinessDay) -> QuerySet[Session]:
    """Screenings that may have been counted before their tickets changed: by what was booked with this day."""
    corrected = TicketFigures.objects.filter(Q(about__lt=day.date) | Q(refunded__gt=0), day=day)
    return Session.objects.filter(pk__in=corrected.values("session"), figures__isnull=False).order_by("pk")
