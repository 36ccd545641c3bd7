"""One evening in a cinema at which every job has something to do, and much that it must leave alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from accounts.models import User
from concessions.models import ConcessionItem
from concessions.services import alert_low_stock
from demo.models import DemoCharge, DemoRefund
from orders.models import Order, Promocode
from orders.services import (
    accrue,
    check_in,
    collect,
    complete,
    extend,
    hold,
    make_ready,
    mark_overdue,
    record_refund,
    refund,
)
from payments.models import Gateway, Payment
from screenings.models import Cinema, Session
from screenings.services import cancel_session, complete_sessions
from tests.helpers.factories import (
    NOON,
    a_cinema,
    a_customer,
    a_hall,
    a_paid_order,
    a_promocode,
    a_session,
    an_adult,
    an_item,
    an_order,
    at_the_bank,
    free_seats,
    paid_at_the_bank,
    pay,
)

AT = NOON

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

#: In the order of the schedule. `check_invariants` comes after them: it finds fault with an evening not yet tidied.
JOBS = (
    "cancel_expired_orders",
    "process_late_payment_orders",
    "update_session_statuses",
    "refund_cancelled_sessions",
    "update_completed_order_statuses",
    "process_refunded_orders",
    "reconcile_payments",
    "execute_refunds",
    "send_receipts",
    "accrue_bonus_for_completed_orders",
    "expire_bonus_points",
    "check_low_stock_items",
    "cancel_expired_concession_preorders",
    "cleanup_completed_sessions",
    "send_ticket_usage_reminders",
    "deliver_notifications",
)


@dataclass
class Evening:
    """What the bits of the story share."""

    cinema: Cinema
    popcorn: ConcessionItem
    coffee: ConcessionItem  # made to order: once ready it cannot go back
    promocode: Promocode
    of_each: int

    def show(self, start: datetime) -> Session:
        rows = ["ssssssssss"] * ((self.of_each + 1) // 2)
        return a_session(a_hall(self.cinema, rows=rows), start=start)


def an_evening(*, of_each: int = 2) -> None:
    """Of everything that is due at `AT` there are so many rows, or a few more."""
    cinema = a_cinema()
    if not User.objects.filter(is_staff=True).exists():
        User.objects.create_superuser("manager@example.org")
    evening = Evening(
        cinema=cinema,
        popcorn=an_item(cinema, stock=900, max_stock_quantity=1000),
        coffee=an_item(cinema, stock=900, max_stock_quantity=1000, made_to_order=True),
        promocode=a_promocode(),
        of_each=of_each,
    )
    for bit in (
        _baskets,
        _reservations,
        _programme,
        _cancelled_session,
        _refunds,
        _bank,
        _old_sessions,
        _points,
        _low_stock,
    ):
        bit(evening)


def _baskets(evening: Evening) -> None:
    """Online orders that lapse after 15 minutes: most did, some are about to be paid, one was just begun."""
    tomorrow = evening.show(AT + DAY)
    for _ in range(evening.of_each):
        an_order(
            tomorrow,
            seats=2,
            snacks=[(evening.popcorn, 2), (evening.coffee, 1)],
            customer=a_customer(points=100),
            points=50,
            promocode=evening.promocode,
            at=AT - 20 * MINUTE,
        )
    an_order(snacks=[(evening.popcorn, 1)], email="", at=AT - 20 * MINUTE)  # a guest without an address
    in_flight = an_order(tomorrow, at=AT - 20 * MINUTE)
    Payment.objects.create(
        order=in_flight, gateway=Gateway.DEMO, amount=in_flight.final_amount, created_at=AT - 6 * MINUTE
    )
    extend(an_order(tomorrow, at=AT - 30 * MINUTE), until=AT + DAY, at=AT - 20 * MINUTE)
    an_order(tomorrow, at=AT - MINUTE)


def _reservations(evening: Evening) -> None:
    """To pay within two days, cancelled after three: some are overdue now, some were and are over."""
    next_week = evening.show(AT + 7 * DAY)
    for _ in range(evening.of_each):
        an_order(next_week, channel="RESERVATION", at=AT - 2 * DAY - HOUR)
        late = an_order(next_week, channel="RESERVATION", snacks=[(evening.popcorn, 1)], at=AT - 3 * DAY - HOUR)
        mark_overdue([late], at=AT - DAY)  # and a message waits for the sender


def _programme(evening: Evening) -> None:
    """Sessions that begin, run, and end, and those who bought for them."""
    soon, running = evening.show(AT + 90 * MINUTE), evening.show(AT - 30 * MINUTE)
    over, missed = evening.show(AT - 3 * HOUR), evening.show(AT - DAY)
    for _ in range(evening.of_each):
        evening.show(AT - 20 * MINUTE)
        evening.show(AT - 5 * HOUR)
        a_paid_order(soon, seats=2, at=AT - DAY)
        a_paid_order(running, snacks=[(evening.popcorn, 1)], at=AT - DAY)
        seen = a_paid_order(
            over,
            seats=2,
            snacks=[(evening.popcorn, 2), (evening.coffee, 1)],
            customer=a_customer(points=40),
            points=40,
            promocode=evening.promocode,
            at=AT - DAY,
        )
        check_in(seen.tickets.first(), at=AT - 3 * HOUR)
        make_ready(seen.preorders.get(concession_item=evening.coffee), at=AT - 2 * HOUR)
        a_paid_order(missed, customer=a_customer(), at=AT - 2 * DAY)
    a_paid_order(soon, at=AT - HOUR)  # bought within the window: not reminded
    complete_sessions([missed], at=AT - DAY + 2 * HOUR)


def _cancelled_session(evening: Evening) -> None:
    """Tomorrow's session is off; some wanted nothing else, some wanted another film as well, some had not paid."""
    off, on = evening.show(AT + DAY), evening.show(AT + 2 * DAY)
    for _ in range(evening.of_each):
        customer = a_customer(points=60)
        both = hold(
            cinema=evening.cinema,
            tickets=[(session, free_seats(session)[0], an_adult()) for session in (off, on)],
            snacks=[(evening.popcorn, 1)],
            user=customer,
            points=30,
            at=AT - 3 * HOUR,
        )
        pay(both, at=AT - 3 * HOUR)
        a_paid_order(off, snacks=[(evening.coffee, 1)], customer=customer, points=30, at=AT - 2 * HOUR)
        an_order(off, customer=a_customer(), promocode=evening.promocode, at=AT - 5 * MINUTE)
        an_order(off, at=AT - 40 * MINUTE)  # expired as well
    cancel_session(off, reason="The projector broke", at=AT - 3 * MINUTE)


def _refunds(evening: Evening) -> None:
    """The bank took money back: of orders still ahead, of one seen and credited, and a part of one."""
    ahead, seen = evening.show(AT + DAY), evening.show(AT - 2 * DAY)
    for number in range(evening.of_each):
        order = a_paid_order(
            ahead,
            seats=2,
            snacks=[(evening.popcorn, 3), (evening.coffee, 1)],
            customer=a_customer(points=90),
            points=45,
            promocode=evening.promocode,
            at=AT - DAY,
        )
        make_ready(order.preorders.get(concession_item=evening.coffee), at=AT - 2 * HOUR)
        if number % 2:
            collect(order.preorders.get(concession_item=evening.popcorn), at=AT - 2 * HOUR)
        record_refund(order, amount=order.final_amount, external_id=f"ahead {number}", at=AT - HOUR)
        credited = a_paid_order(seen, customer=a_customer(), at=AT - 3 * DAY)
        _completed(credited, at=AT - DAY)
        accrue([credited], at=AT - 20 * HOUR)
        record_refund(credited, amount=credited.final_amount, external_id=f"seen {number}", at=AT - HOUR)
        _completed(a_paid_order(seen, seats=2, customer=a_customer(), at=AT - 3 * DAY), at=AT - DAY)  # to be credited
    complete_sessions([seen], at=AT - DAY)
    part = a_paid_order(ahead, seats=2, at=AT - DAY)
    record_refund(part, amount=part.final_amount / 2, external_id="part", at=AT - HOUR)


def _bank(evening: Evening) -> None:
    """Customers who are at the bank, came back from it, or walked away; money to be sent back, and money that the bank
    sent back by itself."""
    tomorrow, next_week = evening.show(AT + DAY), evening.show(AT + 8 * DAY)
    for _ in range(evening.of_each):
        at_the_bank(an_order(next_week, at=AT - 10 * MINUTE), at=AT - 9 * MINUTE)
        at_the_bank(an_order(next_week, at=AT - 10 * MINUTE), paid=True, at=AT - 9 * MINUTE)
        at_the_bank(an_order(next_week, at=AT - 18 * MINUTE), paid=False, at=AT - 17 * MINUTE)
        at_the_bank(an_order(next_week, at=AT - 21 * MINUTE), at=AT - 20 * MINUTE)  # its page is closed
        back = paid_at_the_bank(tomorrow, seats=2, at=AT - DAY)
        refund(back, lines=[back.tickets.first()], reason="Ill", at=AT - 2 * MINUTE)
        charged_back = paid_at_the_bank(tomorrow, at=AT - DAY).payments.get()
        DemoRefund.objects.create(
            charge=DemoCharge.objects.get(uid=charged_back.uid), uid=uuid4(), amount=charged_back.amount
        )


def _old_sessions(evening: Evening) -> None:
    """More than a month ago: settled, refunded only now, or never looked at since."""
    for number in range(evening.of_each + 1):
        settled = evening.show(AT - (33 + number) * DAY)
        for kind in ("came", "did not", "refunded in part", "chargeback"):
            order = a_paid_order(settled, seats=2, customer=a_customer(), at=settled.start_datetime - HOUR)
            if kind == "came":
                check_in(order.tickets.first(), at=settled.start_datetime)
            if kind == "refunded in part":
                refund(order, lines=[order.tickets.first()], reason="Ill", at=settled.start_datetime - MINUTE)
            _completed(order, at=AT - 32 * DAY)
            if kind == "chargeback" and number == 0:
                record_refund(order, amount=order.final_amount, external_id="old", at=AT - HOUR)
        complete_sessions([settled], at=AT - 32 * DAY)
    forgotten = evening.show(AT - 32 * DAY)  # nobody ran the jobs since
    a_paid_order(forgotten, snacks=[(evening.popcorn, 1)], customer=a_customer(), at=AT - 33 * DAY)
    an_order(forgotten, at=AT - 33 * DAY)


def _points(evening: Evening) -> None:
    """Points that lapse now, that lapse within the month, and that an order still to be credited keeps alive."""
    yesterday = evening.show(AT - DAY - 3 * HOUR)
    for number in range(evening.of_each):
        a_customer(points=10 + number, at=AT - 366 * DAY)
        a_customer(points=20 + number, at=AT - 340 * DAY)
        _completed(
            a_paid_order(yesterday, customer=a_customer(points=30, at=AT - 370 * DAY), at=AT - 2 * DAY), at=AT - DAY
        )
    complete_sessions([yesterday], at=AT - DAY)


def _low_stock(evening: Evening) -> None:
    for number in range(evening.of_each):
        an_item(evening.cinema, stock=10 + number)
        known = an_item(evening.cinema, stock=5)
        alert_low_stock([known], at=AT - DAY)
        ConcessionItem.objects.filter(pk=known.pk).update(low_stock_percent=1)  # staff decided that 5 are enough
    an_item(evening.cinema, stock=3, is_active=False)


def _completed(order: Order, *, at: datetime) -> Order:
    complete([order], at=at)
    return order
