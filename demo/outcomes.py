"""Orders live: each visit is held, paid, scanned, collected, refunded ... through the services, as of its own time."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from concessions.models import ConcessionPreorder
from orders import services
from orders.demo import bank
from orders.demo.diary import Diary
from orders.demo.visits import Channel, Fate, Visit
from orders.models import Order, Ticket
from orders.services import CancelReason
from payments.models import Gateway


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


class Life:
    """Lives visits through; `progress` is told how many orders there are, and how many there will be."""

    def __init__(self, diary: Diary, chance: random.Random, *, progress: Callable[[int, int], None]) -> None:
        self.diary, self.chance, self.progress = diary, chance, progress
        self._expected = self._bought = 0

    def expect(self, visit: Visit) -> None:
        self._expected += 1
        self.diary.note(visit.at, partial(self.buy, visit))

    def buy(self, visit: Visit, at: datetime) -> None:
        order = services.hold(**visit.order, at=at)
        self._bought += 1
        self.progress(self._bought, self._expected)
        soon = at + (order.expires_at - at) * self.chance.uniform(0.05, 0.7)
        if visit.fate == Fate.NEVER_PAYS:
            return
        if visit.fate == Fate.CANCELS:
            self.diary.note(soon, partial(self.cancel, visit, order))
        elif visit.fate == Fate.PAYS_LATE and order.final_amount:
            self.diary.note(order.expires_at + minutes(90), partial(self.pay_late, order))
        elif visit.fate == Fate.ASKS_FOR_TIME:
            self.diary.note(order.expires_at - minutes(20), partial(self.extend, visit, order))
        elif visit.channel == Channel.RESERVATION:
            # Some pay in time, some once they are told that they are late.
            wait = (order.expires_at - at) * self.chance.uniform(0.05, 0.95)
            self.diary.note(at + wait, partial(self.pay, visit, order))
        else:
            self.diary.note(soon, partial(self.pay, visit, order))

    # --- Until it is paid

    def cancel(self, visit: Visit, order: Order, at: datetime) -> None:
        by_staff = visit.channel != Channel.ONLINE
        services.cancel(
            order,
            reason=CancelReason.STAFF if by_staff else CancelReason.CUSTOMER,
            at=at,
            actor=visit.venue.cashier if by_staff else visit.customer,
        )

    def extend(self, visit: Visit, order: Order, at: datetime) -> None:
        services.extend(order, until=at + timedelta(days=1), at=at, actor=visit.venue.cashier)
        self.diary.note(at + minutes(self.chance.randrange(10, 600)), partial(self.pay, visit, order))

    def pay_late(self, order: Order, at: datetime) -> None:
        """Revived if all is still to be had, otherwise the money goes back."""
        bank.takes(Order.objects.get(pk=order.pk), at=at)

    def pay(self, visit: Visit, order: Order, at: datetime) -> None:
        if visit.channel == Channel.BOX_OFFICE:
            gateway = self.chance.choice([Gateway.CASH, Gateway.CARD_TERMINAL])
            services.mark_paid(order, gateway=gateway, amount=order.final_amount, at=at, actor=visit.venue.cashier)
        elif order.final_amount:
            bank.takes(order, at=at)
        else:
            services.mark_paid(order, gateway="", amount=order.final_amount, at=at)
        self.after_payment(visit, order, at)

    def pay_again(self, order: Order, at: datetime) -> None:
        """From another tab: the second money goes back."""
        bank.takes(order, at=at)

    # --- Once it is paid

    def after_payment(self, visit: Visit, order: Order, at: datetime) -> None:
        if visit.fate == Fate.WAITS:
            return
        starts = visit.session.start_datetime if visit.session else at + minutes(60)
        between = at + (starts - at) * self.chance.random()
        if visit.fate == Fate.RETURNS_ALL:
            self.diary.note(between, partial(self.return_all, visit, order))
        elif visit.fate == Fate.RETURNS_ONE:
            self.diary.note(between, partial(self.return_one, visit, order))
        elif visit.fate == Fate.CHARGES_BACK and order.final_amount:
            self.diary.note(between + timedelta(days=1), partial(self.charge_back, order))
        elif visit.fate == Fate.PAYS_TWICE and order.final_amount:
            self.diary.note(at + minutes(3), partial(self.pay_again, order))
        if visit.fate in {Fate.COMES, Fate.ASKS_FOR_TIME, Fate.RETURNS_ONE, Fate.PAYS_TWICE}:
            self.diary.note(
                max(starts - minutes(self.chance.randrange(2, 20)), between), partial(self.come, visit, order)
            )

    def return_all(self, visit: Visit, order: Order, at: datetime) -> None:
        services.refund(order, reason="Планы изменились", at=at, actor=visit.venue.manager)

    def return_one(self, visit: Visit, order: Order, at: datetime) -> None:
        services.refund(
            order,
            lines=list(order.tickets.order_by("pk")[:1]),
            reason="Заболел ребёнок",
            at=at,
            actor=visit.venue.manager,
        )

    def charge_back(self, order: Order, at: datetime) -> None:
        """The bank takes the whole payment back; the job that finds it gives back what the order holds."""
        bank.takes_back(order, amount=order.final_amount, at=at)

    def come(self, visit: Visit, order: Order, at: datetime) -> None:
        for preorder in (
            order.preorders.filter(status__in=ConcessionPreorder.OPEN).select_related("concession_item").order_by("pk")
        ):
            if preorder.concession_item.made_to_order and self.chance.random() < 0.5:  # the rest is handed over at once
                services.make_ready(preorder, at=at, actor=visit.venue.cashier)
            services.collect(preorder, at=at, actor=visit.venue.cashier)
        for ticket in order.tickets.filter(status=Ticket.Status.PAID).order_by("pk"):
            services.check_in(ticket, at=at, actor=visit.venue.cashier)
