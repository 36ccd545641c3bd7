"""A random history of a small chain: what customers, staff, gateways and jobs do over ten days, and closes in between.

The same seed gives the same history. Closes have a random generator of their own, so that one history can be played
with days closed often, late, or only at the end.
"""

import random
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from cinema.status import Refused, transition
from concessions.models import ConcessionItem, ConcessionPreorder
from concessions.services import receive, write_off
from orders import services
from orders.models import Order, Promocode, Ticket
from orders.services import CancelReason
from payments.models import Payment, Refund, Shift, Subject, Vat, VatRate
from payments.services import count_and_close, end_shift, move_cash, open_shift
from reports.models import FIGURES, BusinessDay
from reports.services import count_locked
from reports.services.session_figures import to_count
from screenings.models import Cinema, Hall, Session, TicketType
from screenings.services import cancel_session, complete_sessions
from tests.helpers.business_days import close_days
from tests.helpers.cash import a_drawer
from tests.helpers.factories import PRICE, a_cinema, a_customer, a_hall, a_promocode, a_session, an_adult, an_item
from tests.helpers.users import someone

#: The clocks of Berlin go back on 25 October 2026, those of New York on 1 November; those of Moscow never.
START = datetime(2026, 10, 23, 6, tzinfo=UTC)
DAYS = 10
END = START + timedelta(days=DAYS)
ZONES = ("Europe/Moscow", "Europe/Berlin", "America/New_York")

HOUR = timedelta(hours=1)


def booked_rows() -> dict[tuple[str, int], dict[str, Any]]:
    """Every row of figures and every closed day, by table and key."""
    rows = {(table.__name__, row["id"]): row for table in FIGURES for row in table.objects.values()}
    closed = BusinessDay.objects.closed().values("id", "date", "starts_at", "ends_at", "closed_at")
    return rows | {("BusinessDay", row["id"]): row for row in closed}


class History:
    """Plays random events up to `END`. `closes` is how likely a close is after each event, from 0 to 1."""

    def __init__(self, seed: int, *, closes: float, moves_days: bool = False) -> None:
        self.rng, self.job_rng = random.Random(seed), random.Random(seed + 1000)
        self.closes, self.moves_days = closes, moves_days
        self.frozen: dict[tuple[str, int], dict[str, Any]] = {}
        self.refusals = 0
        self.number = 0
        self._found()

    def play(self, *, events: int) -> None:
        """Play so many events, spread evenly over the days, and close every day in the end."""
        actions = self._actions()
        for number in range(events):
            at = START + (END - START) * number / events + timedelta(seconds=self.rng.randrange(600))
            [act] = self.rng.choices(list(actions), list(actions.values()))
            try:
                act(at)
            except Refused:
                self.refusals += 1
            if self.job_rng.random() < self.closes:
                self._close(self.job_rng.sample(self.cinemas, self.job_rng.randint(1, len(self.cinemas))), at)
        self._settle(END)
        self.close_all(END + timedelta(days=5))
        self._settle(END + timedelta(days=5))
        self.close_all(END + timedelta(days=7))  # twice more, so that the last late facts are booked

    def close_all(self, at: datetime) -> None:
        self._close(self.cinemas, at)

    # --- The chain

    def _found(self) -> None:
        VatRate.objects.create(subject=Subject.TICKETS, valid_from=date(2026, 10, 28), vat=Vat.TEN)
        VatRate.objects.create(subject=Subject.GOODS, valid_from=date(2026, 10, 30), vat=Vat.TWENTY)
        self.cinemas = [a_cinema(time_zone=zone) for zone in ZONES]
        self.halls: list[Hall] = [a_hall(cinema, rows=["ssssss"] * 4) for cinema in self.cinemas]
        self.drawers = [
            (a_drawer(cinema), someone("cashier", cinema, email=f"cashier@{cinema.pk}.example"))
            for cinema in self.cinemas
        ]
        self.items: list[ConcessionItem] = [
            an_item(cinema, stock=500, max_stock_quantity=5000, made_to_order=made)
            for cinema in self.cinemas
            for made in (False, True)
        ]
        self.types = [
            an_adult(),
            TicketType.objects.create(name="Child", price_percent=33),
            TicketType.objects.create(name="Comp", price_percent=0),
        ]
        self.promocodes: list[Promocode] = [a_promocode(max_uses=1000), a_promocode(discount_percent=100)]
        self.customers = [a_customer(points=500, at=START - timedelta(days=2)) for _ in range(4)]
        self.sessions: list[Session] = [
            a_session(hall, start=START + 5 * HOUR * number + timedelta(minutes=7 * place), price=PRICE)
            for place, hall in enumerate(self.halls)
            for number in range(DAYS * 24 // 5)
        ]

    def _actions(self) -> dict[Callable[[datetime], object], int]:
        moves: dict[Callable[[datetime], object], int] = {self.move_day_end: 1} if self.moves_days else {}
        return {
            self.sell: 30,
            self.hold: 15,
            self.pay_now: 10,
            self.pay_as_of_earlier: 6,
            self.pay_again: 3,
            self.refund_lines: 8,
            self.refund_all: 4,
            self.refund_outside: 5,
            self.name_lines: 4,
            self.process_refunds: 3,
            self.pay_back: 3,
            self.scan: 15,
            self.undo_scan: 3,
            self.bar: 8,
            self.cancel_a_session: 1,
            self.cancel_orders: 4,
            self.run_jobs: 5,
            self.restock: 2,
            self.cash: 6,
            **moves,
        }

    # --- Customers and staff

    def hold(self, at: datetime) -> Order:
        place = self.rng.randrange(len(self.cinemas))
        cinema = self.cinemas[place]
        near = [
            each
            for each in self.sessions
            if each.hall.cinema_id == cinema.pk and -HOUR < each.start_datetime - at < 48 * HOUR
        ]
        requests: list[Any] = []
        if near and self.rng.random() < 0.85:
            for session in self.rng.sample(near, self.rng.choice([1, 1, 1, 2]) if len(near) > 1 else 1):
                requests += [
                    (session, seat, self.rng.choice(self.types))
                    for seat in self.rng.sample(self._free(session), self.rng.randint(1, 3))
                ]
        items = [each for each in self.items if each.cinema_id == cinema.pk]
        snacks = [(item, self.rng.randint(1, 3)) for item in items if self.rng.random() < 0.4 or not requests]
        customer = self.rng.choice([*self.customers, None])
        channel = self.rng.choice(["ONLINE", "BOX_OFFICE", "RESERVATION"]) if requests else "ONLINE"
        self.number += 1
        return services.hold(
            cinema=cinema,
            tickets=requests,
            snacks=snacks,
            user=customer,
            email="" if customer else f"guest{self.number}@example.org",
            channel=channel,
            promocode=self.rng.choice([None, None, *self.promocodes]),
            points=self.rng.choice([0, 0, 7, 30]) if customer else 0,
            at=at,
            actor=customer if channel == "ONLINE" else self._cashier(cinema),
        )

    def sell(self, at: datetime) -> None:
        self._pay(self.hold(at), at)

    def pay_now(self, at: datetime) -> None:
        if order := self._any(Order.objects.filter(status__in=[*Order.UNPAID, Order.Status.CANCELLED])):
            self._pay(order, at)

    def pay_as_of_earlier(self, at: datetime) -> None:
        """Money that came up to two days ago, and is recorded only now."""
        if order := self._any(Order.objects.filter(status__in=[*Order.UNPAID, Order.Status.CANCELLED])):
            self._pay(order, max(order.created_at, at - 48 * HOUR * self.rng.random()))

    def pay_again(self, at: datetime) -> None:
        if order := self._any(Order.objects.filter(status__in=Order.SOLD, final_amount__gt=0)):
            self._pay(order, at, gateway="demo")

    def refund_lines(self, at: datetime) -> None:
        if order := self._any(Order.objects.filter(status__in=Order.SOLD)):
            lines = [*order.tickets.filter(refund_line=None), *order.preorders.filter(refund_line=None)]
            if lines:
                chosen = self.rng.sample(lines, self.rng.randint(1, len(lines)))
                services.refund(
                    order,
                    lines=chosen,
                    reason="Fell ill",
                    at=self._now_or_earlier(order, at),
                    actor=self._cashier(order.cinema),
                )

    def refund_all(self, at: datetime) -> None:
        if order := self._any(Order.objects.filter(status__in=Order.SOLD)):
            services.refund(order, reason="Projector failed", at=at, actor=self._cashier(order.cinema))

    def refund_outside(self, at: datetime) -> None:
        """A chargeback, of the whole payment or of one line. It is processed, or its lines are named, later."""
        payment = self._any(Payment.objects.filter(status=Payment.Status.SUCCEEDED, order__status__in=Order.SOLD))
        if payment is None:
            return
        lines = [*payment.order.tickets.filter(refund_line=None), *payment.order.preorders.filter(refund_line=None)]
        parts = [line.paid for line in lines if line.paid] or [payment.amount]
        amount = self.rng.choice([payment.amount, self.rng.choice(parts)])
        self.number += 1
        services.record_refund(
            payment.order,
            payment=payment,
            amount=amount,
            external_id=f"back {self.number}",
            at=self._now_or_earlier(payment.order, at),
        )

    def name_lines(self, at: datetime) -> None:
        if part := self._any(Refund.objects.awaiting_lines().filter(order__status__in=Order.SOLD)):
            lines = [*part.order.tickets.filter(refund_line=None), *part.order.preorders.filter(refund_line=None)]
            same = [line for line in lines if line.paid == part.unallocated_amount]
            if lines:
                services.refund(part.order, lines=(same or lines)[:1], reason="Named later", at=at)

    def process_refunds(self, at: datetime) -> None:
        services.process_refunds(Order.objects.refund_to_process(at), at=at)

    def pay_back(self, at: datetime) -> None:
        for refund in self._some(Refund.objects.filter(status=Refund.Status.REQUESTED, requested_at__lte=at), 5):
            by_hand = self.rng.random() < 0.3
            refund.external_id = "" if by_hand else f"sent {refund.pk}"
            with transaction.atomic():
                refund.save(update_fields=["external_id"])
                transition([refund], Refund.Status.SUCCEEDED, succeeded_at=at, handed_out=by_hand)

    def scan(self, at: datetime) -> None:
        """At the entrance, or with a scanner that was without a network and hands its scans in later."""
        tickets = Ticket.objects.filter(status=Ticket.Status.PAID, order__status__in=Order.SOLD)
        for ticket in self._some(tickets.filter(session__start_datetime__lt=at + HOUR), 3):
            at_door = self._now_or_earlier(ticket.order, at)
            services.check_in(ticket, at=at_door, actor=self._cashier(ticket.order.cinema), override="Held up")

    def undo_scan(self, at: datetime) -> None:
        for ticket in self._some(Ticket.objects.filter(status=Ticket.Status.USED), 1):
            services.undo_check_in(ticket, at=at)

    def bar(self, at: datetime) -> None:
        for preorder in self._some(ConcessionPreorder.objects.filter(status="PENDING", order__status="PAID"), 3):
            self.rng.choice([services.collect, services.make_ready])(preorder, at=at)

    def cancel_a_session(self, at: datetime) -> None:
        if session := self._any(
            Session.objects.filter(start_datetime__gt=at - HOUR, start_datetime__lt=at + 12 * HOUR)
        ):
            cancel_session(session, reason="Power cut", at=at)

    def cancel_orders(self, at: datetime) -> None:
        if order := self._any(Order.objects.filter(status__in=Order.UNPAID)):
            services.cancel(order, reason=CancelReason.STAFF, at=at, actor=self._cashier(order.cinema))

    def restock(self, at: datetime) -> None:
        item = self.rng.choice(self.items)
        item.refresh_from_db()
        earlier = at - 30 * HOUR * self.rng.random()
        if self.rng.random() < 0.5:
            receive(item, quantity=self.rng.randint(1, 50), at=earlier)
        else:
            cashier = self._cashier(item.cinema)
            write_off(item, quantity=self.rng.randint(1, 5), reason="Spilt", at=earlier, actor=cashier)

    def cash(self, at: datetime) -> None:
        """Open a shift, move cash in it (recorded late at times), end it, or count its drawer, perhaps days later."""
        shift = self._any(Shift.objects.not_counted())
        if shift is None or self.rng.random() < 0.3:
            drawer, cashier = self.rng.choice(self.drawers)
            open_shift(drawer, opening_float=Decimal(self.rng.choice([0, 500])), at=at, actor=cashier)
        elif shift.status == Shift.Status.OPEN and self.rng.random() < 0.7:
            kind = self.rng.choice(["CASH_IN", "CASH_IN", "DROP", "CASH_OUT"])
            amount, earlier = (
                Decimal(self.rng.randint(1, 300)),
                at - 30 * HOUR * self.rng.choice([0, self.rng.random()]),
            )
            move_cash(shift, kind=kind, amount=amount, reason="Change", at=earlier)
        elif shift.status == Shift.Status.OPEN and self.rng.random() < 0.5:
            end_shift(shift, at=at)
        else:
            counted = {"counted_cash": Decimal(self.rng.randint(0, 900)), "counted_card": Decimal(0)}
            count_and_close(shift, **counted, at=at, actor=shift.cashier)

    # --- Jobs, and the owner who changes a cinema

    def run_jobs(self, at: datetime) -> None:
        jobs: list[Callable[[datetime], None]] = [
            lambda at: services.cancel(Order.objects.expired(at), reason=CancelReason.EXPIRED, at=at),
            lambda at: services.refund_cancelled_sessions(Order.objects.of_cancelled_sessions(at), at=at),
            lambda at: services.expire_uncollected(Order.objects.with_uncollected_snacks(at), at=at),
            lambda at: services.complete(Order.objects.over(at), at=at),
            lambda at: services.process_refunds(Order.objects.refund_to_process(at), at=at),
            _complete_sessions,
            _count_sessions,
        ]
        for job in self.rng.sample(jobs, self.rng.randint(1, len(jobs))):
            job(at)

    def move_day_end(self, at: datetime) -> None:
        cinema = self.rng.choice(self.cinemas)
        cinema.day_ends_at = time(self.rng.choice([0, 3, 5, 8]))
        if self.rng.random() < 0.3:
            cinema.time_zone = self.rng.choice([*ZONES, "Asia/Kamchatka", "Pacific/Honolulu"])
        cinema.save()

    def _close(self, cinemas: Iterable[Cinema], at: datetime) -> None:
        """Close days, and note that what was closed before has not changed."""
        close_days(*cinemas, until=at)
        rows = booked_rows()
        assert {key: rows.get(key) for key in self.frozen} == self.frozen
        self.frozen = rows

    def _settle(self, at: datetime) -> None:
        """The jobs do all that is due."""
        _complete_sessions(at)
        services.cancel(Order.objects.expired(at), reason=CancelReason.EXPIRED, at=at)
        services.refund_cancelled_sessions(Order.objects.of_cancelled_sessions(at), at=at)
        services.expire_uncollected(Order.objects.with_uncollected_snacks(at), at=at)
        services.process_refunds(Order.objects.refund_to_process(at), at=at)
        services.complete(Order.objects.over(at), at=at)
        _count_sessions(at)

    # --- Choices

    def _cashier(self, cinema: Cinema) -> User:
        return next(cashier for drawer, cashier in self.drawers if drawer.cinema_id == cinema.pk)

    def _pay(self, order: Order, at: datetime, *, gateway: str = "") -> None:
        self.number += 1
        name = gateway or self.rng.choice(["cash", "card_terminal", "demo"]) if order.final_amount else ""
        services.mark_paid(
            order,
            gateway=name,
            amount=order.final_amount,
            external_id=f"payment {self.number}" if name == "demo" else "",
            at=at,
        )

    def _now_or_earlier(self, order: Order, at: datetime) -> datetime:
        earlier = at - 40 * HOUR * self.rng.random()
        return max(earlier, order.paid_at or at) if self.rng.random() < 0.3 else at

    def _free(self, session: Session) -> list[Any]:
        taken = set(Ticket.objects.live().filter(session=session).values_list("seat", flat=True))
        return [seat for seat in session.hall.seats.order_by("row", "number") if seat.pk not in taken]

    def _any(self, rows: Any) -> Any:
        return next(iter(self._some(rows, 1)), None)

    def _some(self, rows: Any, number: int) -> list[Any]:
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        chosen = self.rng.sample(keys, min(number, len(keys)))
        return [rows.model.objects.get(pk=pk) for pk in chosen]


def _complete_sessions(at: datetime) -> None:
    with transaction.atomic():
        complete_sessions(list(Session.objects.ended(at)), at=at)


def _count_sessions(at: datetime) -> None:
    with transaction.atomic():
        count_locked(list(to_count(at)), at=at)
