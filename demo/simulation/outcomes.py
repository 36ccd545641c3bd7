"""Runs each booking to its outcome (held, paid, scanned, refunded …) through the services of `orders`."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from allocations.models import Comp, CompReason
from allocations.services import create_standard_reasons, worth
from concessions.models import ConcessionPreorder
from demo.simulation import past_payments
from demo.simulation.bookings import Booking, Channel, Outcome
from demo.simulation.timeline import Timeline
from orders import services
from orders.models import Order, Ticket
from orders.services import CancelReason
from payments.models import Gateway
from screenings.models import SeatKind, TicketType


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


class BookingSimulator:
    """Adds the events of each booking to the timeline. `progress(done, total)` is called after each order."""

    def __init__(self, timeline: Timeline, rng: random.Random, *, progress: Callable[[int, int], None]) -> None:
        self.timeline, self.rng, self.progress = timeline, rng, progress
        self._total = self._done = 0
        create_standard_reasons()
        self.comp_reasons = list(CompReason.objects.order_by("pk"))

    def add(self, booking: Booking) -> None:
        self._total += 1
        self.timeline.add(booking.at, partial(self.hold, booking))

    def hold(self, booking: Booking, at: datetime) -> None:
        order = services.hold(**booking.hold_arguments, at=at)
        if any(kind.sold_to == TicketType.SoldTo.TILL for _session, _seat, kind in booking.places):
            reason = self.comp_reasons[self._done % len(self.comp_reasons)]
            value = worth(order.tickets.filter(price=0).select_related("session__film", "session__hall", "seat"))
            Comp.objects.create(order=order, reason=reason, value=value, at=at, actor=booking.venue.cashier)
        self._done += 1
        self.progress(self._done, self._total)
        soon = at + (order.expires_at - at) * self.rng.uniform(0.05, 0.7)
        if booking.outcome == Outcome.NEVER_PAYS:
            return
        if booking.outcome == Outcome.CANCELS:
            self.timeline.add(soon, partial(self.cancel, booking, order))
        elif booking.outcome == Outcome.PAYS_LATE and order.final_amount:
            self.timeline.add(order.expires_at + minutes(90), partial(self.pay_late, order))
        elif booking.outcome == Outcome.EXTENDS:
            self.timeline.add(order.expires_at - minutes(20), partial(self.extend, booking, order))
        elif booking.channel == Channel.RESERVATION:
            # Some pay before the deadline, some after the overdue notice.
            wait = (order.expires_at - at) * self.rng.uniform(0.05, 0.95)
            self.timeline.add(at + wait, partial(self.pay, booking, order))
        else:
            self.timeline.add(soon, partial(self.pay, booking, order))

    # --- Before payment

    def cancel(self, booking: Booking, order: Order, at: datetime) -> None:
        by_staff = booking.channel != Channel.ONLINE
        services.cancel(
            order,
            reason=CancelReason.STAFF if by_staff else CancelReason.CUSTOMER,
            at=at,
            actor=booking.venue.cashier if by_staff else booking.customer,
        )

    def extend(self, booking: Booking, order: Order, at: datetime) -> None:
        services.extend(order, until=at + timedelta(days=1), at=at, actor=booking.venue.cashier)
        self.timeline.add(at + minutes(self.rng.randrange(10, 600)), partial(self.pay, booking, order))

    def pay_late(self, order: Order, at: datetime) -> None:
        """The order is restored if everything in it is still available; otherwise the money is refunded."""
        past_payments.record_payment(Order.objects.get(pk=order.pk), at=at)

    def pay(self, booking: Booking, order: Order, at: datetime) -> None:
        if booking.channel == Channel.BOX_OFFICE:
            gateway = self.rng.choice([Gateway.CASH, Gateway.CARD_TERMINAL])
            services.mark_paid(order, gateway=gateway, amount=order.final_amount, at=at, actor=booking.venue.cashier)
        elif order.final_amount:
            past_payments.record_payment(order, at=at)
        else:
            services.mark_paid(order, gateway="", amount=order.final_amount, at=at)
        self.after_payment(booking, order, at)

    def pay_again(self, order: Order, at: datetime) -> None:
        """A second payment, from another browser tab: it is refunded."""
        past_payments.record_payment(order, at=at)

    # --- After payment

    def after_payment(self, booking: Booking, order: Order, at: datetime) -> None:
        if booking.outcome == Outcome.STAYS_PAID:
            return
        starts = booking.session.start_datetime if booking.session else at + minutes(60)
        between = at + (starts - at) * self.rng.random()
        if booking.outcome == Outcome.REFUNDS_ALL:
            self.timeline.add(between, partial(self.refund_all, booking, order))
        elif booking.outcome == Outcome.REFUNDS_ONE:
            self.timeline.add(between, partial(self.refund_one, booking, order))
        elif booking.outcome == Outcome.CHARGES_BACK and order.final_amount:
            self.timeline.add(between + timedelta(days=1), partial(self.charge_back, order))
        elif booking.outcome == Outcome.PAYS_TWICE and order.final_amount:
            self.timeline.add(at + minutes(3), partial(self.pay_again, order))
        if booking.outcome in {Outcome.ATTENDS, Outcome.EXTENDS, Outcome.REFUNDS_ONE, Outcome.PAYS_TWICE}:
            self.timeline.add(
                max(starts - minutes(self.rng.randrange(2, 20)), between), partial(self.attend, booking, order)
            )

    def refund_all(self, booking: Booking, order: Order, at: datetime) -> None:
        services.refund(order, reason="Планы изменились", at=at, actor=booking.venue.manager)

    def refund_one(self, booking: Booking, order: Order, at: datetime) -> None:
        tickets = list(order.tickets.select_related("seat").order_by("pk"))
        couple = tickets[0].seat.kind == SeatKind.LOVE_SEAT  # its seats are refunded together
        services.refund(
            order,
            lines=tickets if couple else tickets[:1],
            reason="Заболел ребёнок",
            at=at,
            actor=booking.venue.manager,
        )

    def charge_back(self, order: Order, at: datetime) -> None:
        """The bank takes the whole payment back; a job then releases what the order holds."""
        past_payments.record_chargeback(order, amount=order.final_amount, at=at)

    def attend(self, booking: Booking, order: Order, at: datetime) -> None:
        for preorder in (
            order.preorders.filter(status__in=ConcessionPreorder.OPEN).select_related("concession_item").order_by("pk")
        ):
            if (
                preorder.concession_item.made_to_order and self.rng.random() < 0.5
            ):  # the others are handed over without waiting
                services.make_ready(preorder, at=at, actor=booking.venue.cashier)
            services.collect(preorder, at=at, actor=booking.venue.cashier)
        for ticket in order.tickets.filter(status=Ticket.Status.PAID).order_by("pk"):
            services.check_in(ticket, at=at, actor=booking.venue.cashier)
