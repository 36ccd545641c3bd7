"""A cinema as it stands right now, for a person at a screen: each row is there once somebody asks for it."""

from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TypeVar

from django.db.models import Model
from django.utils import timezone

from accounts.models import Approval, User
from accounts.services import request_approval
from bonuses.models import BonusAccount
from concessions.models import ConcessionItem, ConcessionPreorder, LowStockItem
from jobs.models import QuarantinedRow
from notifications.models import MessageKind, Notification, Status
from orders.models import Order, OverdueOrder, Ticket
from orders.services import cancel, check_in, mark_overdue, record_uncertain_payment, refund
from payments.models import Gateway, Payment, Refund
from screenings.models import Cinema, Film, Hall, SeatOutage, Session
from screenings.services import start_outage
from tests.helpers import factories
from tests.helpers.users import someone

Row = TypeVar("Row", bound=Model)


class Foyer:
    def __init__(self) -> None:
        self.now = timezone.now()

    def again(self, row: Row) -> Row:
        """The row as the database has it by now."""
        return type(row)._base_manager.get(pk=row.pk)  # type: ignore[attr-defined]

    # --- The house

    @cached_property
    def cinema(self) -> Cinema:
        return factories.a_cinema()

    @cached_property
    def hall(self) -> Hall:
        return factories.a_hall(self.cinema)

    @cached_property
    def day(self) -> date:
        """On which the session is shown, by the cinema's clocks."""
        return self.cinema.local(self.now).date() + timedelta(days=9)

    @cached_property
    def session(self) -> Session:
        return factories.a_session(self.hall, start=datetime.combine(self.day, time(19), self.cinema.zone))

    @cached_property
    def film(self) -> Film:
        return Film.objects.create(title="Зеркало", duration_minutes=107)

    @cached_property
    def outage(self) -> SeatOutage:
        seat = factories.free_seats(self.session)[-1]  # the first ones are sold to whoever asks
        [outage] = start_outage([seat], since=self.now, until=None, reason="Сломана спинка", actor=self.colleague)
        return outage

    # --- What is sold

    @cached_property
    def item(self) -> ConcessionItem:
        return factories.an_item(self.cinema, stock=100)

    @cached_property
    def low(self) -> LowStockItem:
        """10 left of 100."""
        return LowStockItem.objects.get(pk=factories.an_item(self.cinema, stock=10).pk)

    @cached_property
    def off_sale(self) -> ConcessionItem:
        return factories.an_item(self.cinema, is_active=False)

    @cached_property
    def order(self) -> Order:
        """Two tickets and two snacks, paid with 94 points and money, for a session that is about to begin."""
        return factories.a_paid_order(
            factories.a_session(self.hall, start=self.now + timedelta(minutes=20)),
            seats=2,
            snacks=[(self.item, 2)],
            customer=factories.a_customer(points=100),
            points=94,
            at=self.now - timedelta(hours=1),
        )

    @cached_property
    def ticket(self) -> Ticket:
        return self.order.tickets.order_by("pk")[0]

    @cached_property
    def used(self) -> Ticket:
        check_in(self.ticket, at=self.now)
        return self.ticket

    @cached_property
    def snacks(self) -> ConcessionPreorder:
        return self.order.preorders.get()

    @cached_property
    def late(self) -> OverdueOrder:
        """Overdue by two hours; the customer has an address."""
        return self._overdue()

    @cached_property
    def another_late(self) -> OverdueOrder:
        return self._overdue()

    def _overdue(self) -> OverdueOrder:
        held_at = self.now - timedelta(days=2, hours=2)
        order = factories.an_order(self.session, seats=2, at=held_at, channel=Order.Channel.RESERVATION)
        mark_overdue([order], at=order.payment_deadline)
        return OverdueOrder.objects.get(pk=order.pk)

    @cached_property
    def given_up(self) -> Order:
        """A guest's, cancelled: nothing of it is open any more."""
        order = factories.an_order(self.session, at=self.now)
        cancel(order, reason="STAFF", at=self.now)
        return self.again(order)

    @cached_property
    def asked(self) -> Approval:
        """A colleague wants to write off more than one person may."""
        return request_approval(
            "concessions.write_off",
            self.item,
            arguments={"quantity": 99, "reason": "Залило водой"},
            facts=[("Сколько списать", "99")],
            at=self.now,
            actor=someone("floor_manager", self.cinema, email="asks@example.org"),
        )

    @cached_property
    def account(self) -> BonusAccount:
        return factories.a_customer(points=100).bonus_account

    # --- Money

    @cached_property
    def in_flight(self) -> Payment:
        """Paid at the bank a moment ago, which nobody has asked yet."""
        return factories.at_the_bank(factories.an_order(self.session, at=self.now), paid=True, at=self.now)

    @cached_property
    def unclear(self) -> Payment:
        """The terminal broke off, and nobody knows what it did."""
        return record_uncertain_payment(
            factories.an_order(self.session, at=self.now), gateway=Gateway.CARD_TERMINAL, at=self.now
        )

    @cached_property
    def to_hand_out(self) -> Refund:
        return refund(self.order, reason="Зал закрыт", at=self.now)

    @cached_property
    def not_sent(self) -> Refund:
        """The bank has refused it for good."""
        back = refund(factories.paid_at_the_bank(self.session, at=self.now), reason="Зал закрыт", at=self.now)
        Refund.objects.filter(pk=back.pk).update(status=Refund.Status.FAILED, attempts=6, error="declined")
        return self.again(back)

    # --- Whom and what it runs on

    @cached_property
    def colleague(self) -> User:
        return someone("usher", self.cinema, email="colleague@example.org")

    @cached_property
    def quarantined(self) -> QuarantinedRow:
        return QuarantinedRow.objects.create(
            job="cancel_expired_orders", row=f"orders.order:{self.late.pk}", attempts=8, first_failed_at=self.now
        )

    @cached_property
    def undelivered(self) -> Notification:
        return Notification.objects.create(
            kind=MessageKind.ORDER_CANCELLED,
            recipient="guest@example.org",
            occasion="1",
            language="ru",
            status=Status.FAILED,
            created_at=self.now,
            next_attempt_at=self.now,
        )
