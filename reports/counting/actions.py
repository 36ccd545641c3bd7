from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from allocations.models import Comp, GroupBooking
from allocations.services import SMALLEST_GROUP
from concessions.models import StockMovement
from orders.models import Order, OrderEvent, Scan, Ticket
from orders.reasons import Reason
from payments.models import CashMovement, GiftCardMovement, GiftCardReplacement, Refund
from reports.counting.compiled import compiled_for_days
from reports.days import Days
from reports.models import Action

LATE = timedelta(minutes=30)  # after the sale
COLUMNS = ("cinema_id", "about", "person_id", "action")
#: Orders that nobody at work decided to cancel; at a till, a customer's wish is the cashier's word for it.
OF_ITSELF = Q(reason__in=[Reason.CHANGED, Reason.EXPIRED]) | (
    Q(reason=Reason.CUSTOMER) & ~Q(order__channel=Order.Channel.BOX_OFFICE)
)
#: Refunds that a customer asked for, or that follow from a screening that was cancelled or moved.
AS_OF_RIGHT = [Reason.BY_CUSTOMER, Reason.SESSION_CANCELLED, Reason.SESSION_MOVED, Reason.VOUCHER]
#: What customers do with their own orders is not work. Who is on the staff does not matter: people come and leave, and
#: the figures of closed days stay.
AT_WORK = Q(actor__isnull=False) & ~Q(order__user=F("actor"))


@compiled_for_days
def count(days: Days, as_of: datetime) -> QuerySet[Any, Any]:
    """What people did, by person and action: see `ActionFigures`. One query.

    Rows with the same key are to be added up. Orders handled are those whose status the person changed, or of which
    they refunded a part, once for each day.
    """
    first, *others = _handled(days, as_of) + _on_orders(days, as_of) + _elsewhere(days, as_of)
    return first.union(*others, all=True)


def _handled(days: Days, as_of: datetime) -> list[QuerySet[Any, Any]]:
    events, refunds = _events(days, as_of), _refunds(days, as_of)
    same_day = days.date_of("at", "order__cinema")
    changed = events.filter(order=OuterRef("order"), actor=OuterRef("actor")).annotate(about=same_day)
    in_part = refunds.annotate(about=days.date_of("requested_at", "order__cinema")).filter(
        ~Exists(changed.filter(about=OuterRef("about")))
    )
    cancelled = events.filter(to_status=Order.Status.CANCELLED).exclude(OF_ITSELF)
    # Seats that are reserved at a group's price: one by one they may go to anybody.
    tenth = Ticket.objects.filter(order=OuterRef("order"))[SMALLEST_GROUP - 1 :]
    of_groups = events.filter(to_status=Order.Status.PAID, order__channel=Order.Channel.GROUP)
    return [
        _numbers(days, Action.HANDLED, events, at="at", counted="order"),
        _numbers(days, Action.HANDLED, in_part, at="requested_at", counted="order"),
        _numbers(days, Action.VOIDS, cancelled.exclude(order__channel=Order.Channel.HOUSE), at="at"),
        _numbers(days, Action.GROUP_PARTS, of_groups.exclude(Exists(tenth)), at="at"),
    ]


def _on_orders(days: Days, as_of: datetime) -> list[QuerySet[Any, Any]]:
    refunds = _refunds(days, as_of)
    started = Ticket.objects.filter(order=OuterRef("order"), session__start_datetime__lte=OuterRef("requested_at"))
    long_ago = Q(order__paid_at__lt=F("requested_at") - LATE)
    paid = Q(days.within("order__paid_at", "order__cinema"), order__paid_at__lt=as_of, order__tickets__price=0)
    # Complimentary tickets count for whoever decided them, the others for whoever sold them.
    free = OrderEvent.objects.filter(paid, AT_WORK, from_status="", order__comp__isnull=True)
    given = Comp.objects.filter(paid, order__exchanged_from__isnull=True)
    sold = Q(days.within("order__paid_at", "order__cinema"), order__paid_at__lt=as_of, order__discount_amount__gt=0)
    discounted = OrderEvent.objects.filter(sold, AT_WORK, from_status="", order__channel=Order.Channel.BOX_OFFICE)
    admitted = _within(days, as_of, Scan, "at", "ticket__order__cinema").filter(undone=False).exclude(override="")
    # Printed vouchers are read through their orders: they themselves are on the floor above.
    printed = Order.objects.filter(days.within("printed_vouchers__at", "cinema"), printed_vouchers__at__lt=as_of)
    return [
        _numbers(days, Action.REFUNDS, refunds.exclude(reason__in=AS_OF_RIGHT), at="requested_at"),
        _numbers(
            days,
            Action.LATE_VOIDS,
            refunds.filter(Exists(started) | long_ago, is_void=True),
            at="requested_at",
            person="paid_out_by",
            counted="order",
        ),
        _numbers(days, Action.FREE_TICKETS, free, at="order__paid_at", counted="order__tickets"),
        _numbers(days, Action.FREE_TICKETS, given, at="order__paid_at", counted="order__tickets"),
        _numbers(days, Action.DISCOUNTS, discounted, at="order__paid_at"),
        _numbers(days, Action.OVERRIDES, admitted, at="at", cinema="ticket__order__cinema"),
        _numbers(
            days,
            Action.VOUCHERS,
            printed,
            at="printed_vouchers__at",
            cinema="cinema",
            person="printed_vouchers__actor",
            counted="printed_vouchers",
        ),
    ]


def _elsewhere(days: Days, as_of: datetime) -> list[QuerySet[Any, Any]]:
    of_card, of_item = "card__cinema", "concession_item__cinema"
    taken_back = _within(days, as_of, GiftCardMovement, "at", of_card).filter(kind=GiftCardMovement.Kind.TAKEN_BACK)
    replaced = _within(days, as_of, GiftCardReplacement, "at", of_card)
    written_off = _within(days, as_of, StockMovement, "at", of_item).filter(kind=StockMovement.Kind.WRITE_OFF)
    taken_out = _within(days, as_of, CashMovement, "at", "place__cinema").filter(kind=CashMovement.Kind.CASH_OUT)
    # Gift cards count for whoever gave the money back or printed the new code, whoever decided it: at a shared drawer
    # that need not be whose shift it is. Only of the card terminal is not known who returned the money.
    gave_back = Coalesce("cash_movement__actor", "shift__cashier")
    return [
        _numbers(days, Action.GIFT_CARDS, taken_back, at="at", cinema=of_card, person=gave_back),
        _numbers(days, Action.GIFT_CARDS, replaced, at="at", cinema=of_card),
        _numbers(days, Action.GROUPS, _within(days, as_of, GroupBooking, "at", "cinema"), at="at", cinema="cinema"),
        _numbers(days, Action.CASH_OUT, taken_out, at="at", cinema="place__cinema"),
        _numbers(days, Action.WRITE_OFFS, written_off, at="at", cinema=of_item),
    ]


def _events(days: Days, as_of: datetime) -> QuerySet[OrderEvent]:
    return _within(days, as_of, OrderEvent, "at", "order__cinema").filter(AT_WORK)


def _refunds(days: Days, as_of: datetime) -> QuerySet[Refund]:
    return _within(days, as_of, Refund, "requested_at", "order__cinema").filter(AT_WORK)


def _within(days: Days, as_of: datetime, model: Any, instant: str, cinema: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._default_manager.filter(days.within(instant, cinema), **{f"{instant}__lt": as_of})
    return rows


def _numbers(
    days: Days,
    action: Action,
    rows: QuerySet[Any],
    *,
    at: str,
    cinema: str = "order__cinema",
    person: str | Coalesce = "actor",
    counted: str = "pk",
) -> QuerySet[Any, Any]:
    """How many of the rows, or of what `counted` names, there are of each person."""
    of_cinema = {} if cinema == "cinema" else {"cinema_id": F(cinema)}
    named = rows.order_by().annotate(
        **of_cinema,
        about=days.date_of(at, cinema),
        person_id=F(person) if isinstance(person, str) else person,
        action=Value(action.value),
    )
    return (
        named.filter(person_id__isnull=False).values(*COLUMNS).annotate(number=Count(counted, distinct=counted != "pk"))
    )
