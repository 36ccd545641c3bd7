"""Orders of the past year as rows that are not saved yet, each in the state in which services and jobs leave it."""

import heapq
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal

from accounts.models import User
from bonuses.models import BonusTransaction
from bonuses.services import points_earned
from cinema.money import ZERO
from concessions.models import ConcessionPreorder
from demo.simulation.bookings import Booking, Channel, Outcome
from orders.models import Order, OrderEvent, Promocode, RefundLine, Ticket, new_pickup_code
from orders.reasons import Reason
from orders.services.selling import promocodes
from orders.services.selling.basket import Basket
from payments.models import Gateway, Payment, Refund
from screenings.models import SeatKind, Session
from screenings.ticket_price import Terms, quote, terms_of

Points = BonusTransaction.Type
PLAIN_SEATS = {SeatKind.STANDARD, SeatKind.VIP}
REASONS = ["Планы изменились", "Заболел ребёнок", "Ошиблись сеансом", "Не понравилось место"]


@dataclass
class PastSale:
    """An order with all rows about it; `held_at` and `back_at` say when its snacks left the stock and came back."""

    booking: Booking
    order: Order
    tickets: list[Ticket]
    preorders: list[ConcessionPreorder]
    events: list[OrderEvent]
    payment: Payment | None = None
    refund: Refund | None = None
    refund_lines: list[RefundLine] = field(default_factory=list)
    points: list[BonusTransaction] = field(default_factory=list)
    back_at: datetime | None = None

    @property
    def held_at(self) -> datetime:
        return self.order.created_at


class PastCashier:
    """Turns bookings into sales, one after the other, and keeps the points of each customer."""

    def __init__(self, rng: random.Random, sessions: Iterable[Session]) -> None:
        self.rng = rng
        self.terms = terms_of(sessions)
        self.promocodes = {each.code: each for each in Promocode.objects.all()}
        self.balances: defaultdict[int, int] = defaultdict(int)
        self.credited: dict[int, datetime] = {}
        self._to_credit: list[tuple[datetime, int, int]] = []

    def sell(self, bookings: Iterable[Booking]) -> list[PastSale]:
        """The sales of the bookings, which come in the order of their instants. At the end all points are credited."""
        sales = [self._sell(booking) for booking in bookings]
        self._credit_until(None)
        return sales

    def _sell(self, booking: Booking) -> PastSale:
        self._credit_until(booking.at)
        sale = self._held(booking)
        if booking.outcome == Outcome.NEVER_PAYS:
            self._cancel(sale)
            return sale
        self._pay(sale)
        if booking.outcome == Outcome.REFUNDS_ALL:
            self._refund(sale, [*sale.tickets, *sale.preorders])
            return sale
        if booking.outcome == Outcome.REFUNDS_ONE:
            self._refund(sale, sale.tickets[:1])
        self._attend(sale)
        return sale

    def _held(self, booking: Booking) -> PastSale:
        basket = self._basket(booking)
        paying = booking.outcome != Outcome.NEVER_PAYS
        promocode = self.promocodes[booking.promocode] if booking.promocode and paying else None
        discount = promocodes.discount(promocode, basket.total)
        kept = paying and booking.outcome not in {Outcome.REFUNDS_ALL, Outcome.REFUNDS_ONE}
        points = self._points_for(booking.customer, basket.total - discount) if kept and promocode is None else 0
        basket.share(discount, Decimal(points))
        days = booking.channel == Channel.RESERVATION
        latest = min(booking.at + (timedelta(days=2) if days else timedelta(minutes=15)), basket.latest)
        order = Order(
            cinema=booking.venue.cinema,
            user=booking.customer,
            email=booking.email or (booking.customer.email if booking.customer else ""),
            phone=booking.phone or (booking.customer.phone if booking.customer else ""),
            language=booking.customer.preferred_language if booking.customer else "ru",
            channel=booking.channel,
            created_at=booking.at,
            payment_deadline=latest,
            expires_at=min(latest + timedelta(days=1), basket.latest) if days else latest,
            total_amount=basket.total,
            discount_amount=discount,
            bonus_amount=Decimal(points),
            final_amount=basket.total - discount - points,
            promocode=promocode,
        )
        sale = PastSale(booking, order, basket.tickets, basket.preorders, [])
        for line in basket.lines:
            line.order = order
        self._move(sale, Order.Status.PENDING_PAYMENT, at=booking.at)
        if booking.outcome in {Outcome.REFUNDS_ALL, Outcome.REFUNDS_ONE} and not order.final_amount:
            booking.outcome = Outcome.ATTENDS
        one = basket.tickets[:1]
        alone = len(basket.tickets) < 2 or one[0].seat.kind not in PLAIN_SEATS or not one[0].paid
        if booking.outcome == Outcome.REFUNDS_ONE and alone:
            booking.outcome = Outcome.ATTENDS
        if points and booking.customer:
            self.balances[booking.customer.pk] -= points
            sale.points.append(
                BonusTransaction(
                    order=order, transaction_type=Points.DEDUCTION, amount=-points, transaction_date=booking.at
                )
            )
        return sale

    def _basket(self, booking: Booking) -> Basket:
        terms = self.terms[booking.session.pk] if booking.session else Terms()
        tickets = [
            Ticket(
                session=session,
                seat=seat,
                ticket_type=ticket_type,
                **quote(session, seat_kind=seat.kind, ticket_type=ticket_type, terms=terms).parts,
            )
            for session, seat, ticket_type in booking.places
        ]
        code = new_pickup_code()
        local = booking.venue.cinema.local(booking.at)
        midnight = datetime.combine(local.date() + timedelta(days=1), time.min, tzinfo=local.tzinfo)
        preorders = [
            ConcessionPreorder(
                concession_item=item,
                quantity=quantity,
                unit_price=item.price,
                pickup_code=code,
                collection_deadline=booking.session.end_datetime if booking.session else midnight,
            )
            for item, quantity in booking.snacks
        ]
        sessions = [booking.session] if booking.session else []
        return Basket(tickets, preorders, sessions, contested=False, channel=booking.channel)

    def _points_for(self, customer: User | None, price: Decimal) -> int:
        """Some pay partly with points, and leave enough to pay."""
        if customer is None or self.balances[customer.pk] < 50 or self.rng.random() > 0.5:
            return 0
        points = min(self.balances[customer.pk], self.rng.choice([50, 100, 150, 200, 300]))
        return points if price >= points + 100 else 0

    def _move(self, sale: PastSale, to: str, *, at: datetime, reason: str = "", actor: User | None = None) -> None:
        came_from = sale.events[-1].to_status if sale.events else ""
        sale.events.append(
            OrderEvent(order=sale.order, from_status=came_from, to_status=to, at=at, reason=reason, actor=actor)
        )
        sale.order.status = to

    def _cancel(self, sale: PastSale) -> None:
        sale.back_at = sale.order.cancelled_at = sale.order.expires_at
        self._move(sale, Order.Status.CANCELLED, at=sale.back_at, reason=Reason.EXPIRED)
        for ticket in sale.tickets:
            ticket.status = Ticket.Status.AVAILABLE
        for preorder in sale.preorders:
            preorder.status = ConcessionPreorder.Status.CANCELLED

    def _pay(self, sale: PastSale) -> None:
        order, booking = sale.order, sale.booking
        soon = timedelta(minutes=self.rng.uniform(0.5, 1.5 if booking.channel == Channel.BOX_OFFICE else 9))
        wait = (order.payment_deadline - order.created_at) * self.rng.uniform(0.05, 0.95)
        order.paid_at = at = order.created_at + (wait if booking.channel == Channel.RESERVATION else soon)
        cashier = self._colleague(booking) if booking.channel == Channel.BOX_OFFICE else None
        self._move(sale, Order.Status.PAID, at=at, actor=cashier)
        if order.final_amount:
            gateway = Gateway.DEMO
            if cashier is not None:
                gateway = self.rng.choices([Gateway.CASH, Gateway.CARD_TERMINAL], [35, 65])[0]
            sale.payment = Payment(
                order=order,
                gateway=gateway,
                amount=order.final_amount,
                status=Payment.Status.SUCCEEDED,
                created_at=at,
                succeeded_at=at,
                receipted_at=at + timedelta(minutes=1),
                actor=cashier,
            )

    def _refund(self, sale: PastSale, lines: Sequence[Ticket | ConcessionPreorder]) -> None:
        """Refund these lines some time before the screening; the last line refunds the order."""
        order, booking = sale.order, sale.booking
        assert sale.payment is not None
        assert order.paid_at is not None
        starts = booking.session.start_datetime if booking.session else order.paid_at + timedelta(minutes=20)
        at = order.paid_at + (starts - order.paid_at) * self.rng.uniform(0.1, 0.9)
        by_hand = sale.payment.gateway != Gateway.DEMO
        online = booking.channel == Channel.ONLINE and self.rng.random() < 0.7
        actor = None if online else self._colleague(booking)
        sale.refund = Refund(
            order=order,
            payment=sale.payment,
            amount=sum((line.paid for line in lines), ZERO),
            status=Refund.Status.SUCCEEDED,
            reason=Reason.BY_CUSTOMER if online else self.rng.choice(REASONS),
            requested_at=at,
            succeeded_at=at + timedelta(minutes=1),
            receipted_at=at + timedelta(minutes=2),
            attempts=0 if by_hand else 1,
            actor=actor,
            handed_out=by_hand,
            paid_out_by=actor if by_hand else None,
        )
        for line in lines:
            line.status = type(line).Status.AVAILABLE
            sale.refund_lines.append(
                RefundLine(
                    refund=sale.refund,
                    ticket=line if isinstance(line, Ticket) else None,
                    preorder=line if isinstance(line, ConcessionPreorder) else None,
                    amount=line.paid,
                )
            )
        if len(lines) == len(sale.tickets) + len(sale.preorders):
            sale.back_at = order.refunded_at = order.refund_processed_at = at
            self._move(sale, Order.Status.REFUNDED, at=at, reason=sale.refund.reason, actor=actor)

    def _attend(self, sale: PastSale) -> None:
        """Guests come, or not; then the order is complete and earns points."""
        order, booking = sale.order, sale.booking
        assert order.paid_at is not None
        came = booking.outcome != Outcome.NO_SHOW
        starts = booking.session.start_datetime if booking.session else order.paid_at + timedelta(minutes=12)
        arrives = max(order.paid_at + timedelta(seconds=20), starts - timedelta(minutes=self.rng.uniform(1, 25)))
        for ticket in sale.tickets:
            if ticket.status == Ticket.Status.AVAILABLE:
                continue
            used = came and (ticket is sale.tickets[0] or self.rng.random() > 0.04)
            ticket.status = Ticket.Status.USED if used else Ticket.Status.EXPIRED
            ticket.used_at = arrives if used else None
        collects = came and (booking.session is None or self.rng.random() > 0.04)
        for preorder in sale.preorders:
            if collects:
                preorder.status = ConcessionPreorder.Status.COLLECTED
                preorder.collected_at = arrives + timedelta(seconds=90)
                preorder.handled_by = booking.venue.cashier
            else:
                preorder.status = ConcessionPreorder.Status.EXPIRED
                sale.back_at = preorder.collection_deadline + timedelta(minutes=3)
        over = booking.session.end_datetime if booking.session else arrives + timedelta(minutes=2)
        if booking.session is None and not collects:
            over = sale.preorders[0].collection_deadline + timedelta(minutes=3)
        order.completed_at = over + timedelta(minutes=2)
        self._move(sale, Order.Status.COMPLETED, at=order.completed_at)
        if booking.customer is not None:
            order.bonus_accrued_at = at = order.completed_at + timedelta(minutes=4)
            points = points_earned(order.final_amount - (sale.refund.amount if sale.refund else ZERO))
            if points:
                heapq.heappush(self._to_credit, (at, booking.customer.pk, points))
                sale.points.append(
                    BonusTransaction(order=order, transaction_type=Points.ACCRUAL, amount=points, transaction_date=at)
                )

    def _credit_until(self, until: datetime | None) -> None:
        while self._to_credit and (until is None or self._to_credit[0][0] <= until):
            at, customer, points = heapq.heappop(self._to_credit)
            self.balances[customer] += points
            self.credited[customer] = at

    def _colleague(self, booking: Booking) -> User:
        """Who of the staff: one of them refunds more than the others."""
        venue = booking.venue
        staff = [venue.cashier, *venue.colleagues]
        refunds = booking.outcome in {Outcome.REFUNDS_ALL, Outcome.REFUNDS_ONE}
        return self.rng.choices(staff, [25, 15, 60] if refunds else [40, 35, 25])[0]
