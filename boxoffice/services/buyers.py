"""Whose order it is: what nobody takes money for, or earns points on, at a till."""

from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from boxoffice.errors import AccountTooOften, CodeTooOften, ColleagueCode, SellAgain, StaffOrder
from orders.errors import PromocodeRefused
from orders.models import Order
from orders.services.selling.promocodes import find_promocode
from payments.models import AT_COUNTER, CashMovement, GiftCardMovement, Payment, Shift
from screenings.models import Cinema

DAY = timedelta(days=1)
MOST_A_DAY = 5  # orders of one account that earn points at the tills of a cinema


def check_earner(customer: User, cinema: Cinema, *, at: datetime) -> None:
    """Raise `ColleagueCode` for somebody at work here, and `CodeTooOften` for an account that earns on what others buy:
    no guest comes so often. Two queries. Reads only."""
    if User.objects.filter(_works_at(cinema.pk), pk=customer.pk).exists():
        raise ColleagueCode
    if _at_tills_today(Q(user=customer), cinema.pk, at=at).count() >= MOST_A_DAY:
        raise CodeTooOften(MOST_A_DAY)


def check_buyer(order: Order, *, actor: User) -> None:
    """Raise `StaffOrder` for an order whose points whoever takes its money, or a colleague at work, would earn.

    A guest's order is that of the account with its address, which it may join later. One query at most. Reads only.
    """
    if order.final_amount and (order.user_id or order.email):
        owners = Q(pk=order.user_id) | (Q(email=order.email) if order.email else Q(pk=None))
        if User.objects.filter(owners, Q(pk=actor.pk) | _works_at(order.cinema_id)).exists():
            raise StaffOrder


def check_taking(order: Order, *, at: datetime, actor: User) -> None:
    """Raise `AccountTooOften`, or as `check_buyer` and `check_recent`, for an order whose money is about to be taken by
    hand. Three queries at most. Reads only.
    """
    check_buyer(order, actor=actor)
    check_recent(order, at=at)
    whose = Q(user=order.user_id) if order.user_id else Q(email=order.email)
    earns = order.final_amount and (order.user_id or order.email) and order.channel != Order.Channel.GROUP
    if earns and _at_tills_today(whose, order.cinema_id, at=at).exclude(pk=order.pk).count() >= MOST_A_DAY:
        raise AccountTooOften(MOST_A_DAY)


def check_recent(order: Order, *, at: datetime) -> None:
    """Raise `SellAgain` for an order that was cancelled a day ago, or whose promo code is not valid any more: money by
    hand would sell its seats at the price of that time. One query at most. Reads only.
    """
    if order.status != Order.Status.CANCELLED:
        return
    if order.cancelled_at is None or order.cancelled_at <= at - DAY:
        raise SellAgain(order)
    if order.promocode:
        try:
            find_promocode(order.promocode, at=at)
        except PromocodeRefused:
            raise SellAgain(order) from None


def _at_tills_today(whose: Q, cinema: int, *, at: datetime) -> QuerySet[Order]:
    """The orders of an account, or an address that one may claim later, that were sold or paid at a till in a day."""
    paid = Payment.objects.filter(order=OuterRef("pk"), gateway__in=AT_COUNTER, succeeded_at__gt=at - DAY)
    here = Q(channel=Order.Channel.BOX_OFFICE, created_at__gt=at - DAY) | Exists(paid)
    found = Order.objects.filter(whose, here, cinema=cinema, status__in=[*Order.UNPAID, *Order.SOLD])
    return found.exclude(channel=Order.Channel.GROUP)


def _works_at(cinema: int) -> Q:
    """Users who have an open shift at the cinema, or moved money in the open shift of somebody else."""
    open_now = Shift.objects.open().filter(cinema=cinema)
    moved = (
        each.objects.filter(actor=OuterRef("pk"), shift__in=open_now)
        for each in (Payment, CashMovement, GiftCardMovement)
    )
    return reduce(or_, map(Exists, moved), Q(Exists(open_now.filter(cashier=OuterRef("pk")))))
