"""Groups at the till: their orders of the days to come, and the money for some of their people."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q

from accounts.models import User
from allocations.models import GroupOrder
from allocations.services import check_booker, part_of, pay
from boxoffice.errors import GivenTooLittle, PartTaken
from boxoffice.services.buyers import check_buyer
from boxoffice.services.sales import check_terminal
from cinema.money import ZERO
from orders.models import Order, Ticket
from orders.services import left_to_pay
from payments.models import Shift
from screenings.models import Cinema

MOST_DIGITS = 4  # of a number of people


def orders_ahead(cinema: Cinema, *, at: datetime) -> Iterable[Order]:
    """The reserved and the paid orders of groups whose screening is not over, by start; each with its booking, and with
    `people` and `starts`. One query. Reads only.
    """
    live = Q(tickets__in=Ticket.objects.live())
    orders = Order.objects.filter(cinema=cinema, group_order__isnull=False, status__in=[*Order.UNPAID, *Order.SOLD])
    counted = orders.annotate(
        people=Count("tickets", filter=live),
        starts=Min("tickets__session__start_datetime"),
        ends=Max("tickets__session__end_datetime"),
    )
    ahead = counted.filter(ends__gt=at, people__gt=0)
    return ahead.select_related("group_order__booking").order_by("starts", "pk")


def shown_of(order: Order, *, typed: str) -> dict[str, Any]:
    """What the order's page shows of a group: its booking, how many people may pay by themselves, and the price for as
    many as were `typed`. Nothing for any other order. At most five queries. Reads only.
    """
    group = GroupOrder.objects.filter(order=order).select_related("booking").first()
    if group is None:
        return {}
    reserved, people = order.tickets.count(), number_of(typed)
    shown: dict[str, Any] = {"booking": group.booking, "most": reserved - 1}
    if order.status in Order.UNPAID and 0 < people < reserved:
        shown |= {"people": people, "part": part_of(order, people)}
    return shown


def number_of(typed: str) -> int:
    """A number of people as it was typed, or 0. Reads only."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= MOST_DIGITS else 0


def pay_for_some(
    order: Order,
    *,
    people: int,
    gateway: str,
    given: Decimal | None = None,
    release_rest: bool,
    shift: Shift,
    at: datetime,
    actor: User,
) -> tuple[Order, Decimal]:
    """Take the money for so many people of a reserved group; returns the paid order, which is theirs, and the change.

    Of cash, `given` is what was handed over; without it, it was exact. Raises `CardUnclear`, `StaffOrder`,
    `GivenTooLittle`, `ShiftNotOpen`, `PartTaken` once a part of the whole price was taken, `ReservedForGroup` if the
    rest would be released by somebody who may not book groups, and as `pay`. Owns its transaction.
    """
    check_terminal(order)
    check_buyer(order, actor=actor)
    if release_rest:
        check_booker(order, actor=actor)
    if left_to_pay(order) != order.final_amount:
        raise PartTaken
    if given is not None and given < (price := part_of(order, people)):
        raise GivenTooLittle(given=given, price=price)
    paid = pay(order, people=people, gateway=gateway, release_rest=release_rest, shift=shift, at=at, actor=actor)
    return paid, ZERO if given is None else given - paid.final_amount
