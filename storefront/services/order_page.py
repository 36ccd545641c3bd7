"""The contents of an order's page, in each of its states. A constant number of queries."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import User
from bonuses.services import points_spent, points_to_earn
from cinema.money import ZERO
from concessions.models import ConcessionPreorder
from customers.services import is_correctable_by_customer, is_renewable
from incidents.models import ConcernedOrder, Incident
from incidents.services import explanations, open_choice, unused_vouchers
from incidents.services.alternatives import alternatives
from orders.models import Order, Promocode, Ticket
from orders.services import code_of, may_extend, refundable_by_customer
from orders.services.refunds.by_hand import is_refunded_at_cinema
from payments.models import AT_COUNTER, Gateway, Payment, Refund
from payments.services import disputed_orders
from screenings.announcements import announcements
from screenings.calendars import CalendarEvent, calendar, event_uid, place_of
from screenings.models import Session
from storefront.services import own_orders
from storefront.services.news import NewsChoice, choices_of_order
from storefront.services.programme import time_zone_note

Status = Order.Status


@dataclass
class Visit:
    """The tickets of one session, in the cinema's local time."""

    session: Session
    starts: datetime
    ends: datetime
    tickets: list[Ticket]
    at: datetime

    @property
    def is_live(self) -> bool:
        return any(ticket.status in Ticket.LIVE for ticket in self.tickets)

    @property
    def is_renewable(self) -> bool:
        return any(is_renewable(ticket, at=self.at) for ticket in self.tickets)


class OrderPage:
    """An order as of `at`, for anyone who has its link; `user` is the signed-in customer."""

    def __init__(self, order: Order, *, at: datetime, user: User | None, may_choose_news: bool = False) -> None:
        self.order, self.at, self.user, self.may_choose_news = order, at, user, may_choose_news

    @cached_property
    def news(self) -> list[NewsChoice]:
        """What can be chosen here about news and offers: nothing once the order has come to nothing."""
        offered = self.may_choose_news and self.order.status != Status.CANCELLED
        return choices_of_order(self.order) if offered else []

    @cached_property
    def change(self) -> ConcernedOrder | None:
        """The newest change about which the customer may still decide, of a screening that takes place."""
        kept = [visit.session for visit in self.visits if self.sold and self._takes_place(visit)]
        rows = self.order.incidents.filter(incident__refund_until__gt=self.at, incident__sessions__in=kept)
        return rows.filter(answer__in=["", "KEEP"]).select_related("incident").order_by("-pk").first()

    @cached_property
    def choice(self) -> ConcernedOrder | None:
        """The cancellation about which the customer may choose between money and a voucher."""
        return open_choice(self.order, at=self.at) if self.sold and len(self.coming) < len(self.visits) else None

    @cached_property
    def vouchers(self) -> list[tuple[Promocode, datetime]]:
        """What the customer took instead of money and has not used, and until when it is valid."""
        found = unused_vouchers(self.order, at=self.at) if self.sold and len(self.coming) < len(self.visits) else []
        return [(each, self.order.cinema.local(each.valid_until)) for each in found if each.valid_until]

    # --- What was bought

    @cached_property
    def tickets(self) -> list[Ticket]:
        tickets = list(
            self.order.tickets.select_related(
                "session__film", "session__hall__cinema", "seat", "ticket_type", "refund_line"
            ).order_by("session__start_datetime", "session", "seat__row", "seat__number")
        )
        for ticket in tickets:
            ticket.order = self.order
        return tickets

    @cached_property
    def snacks(self) -> list[ConcessionPreorder]:
        return list(self.order.preorders.select_related("concession_item", "combo").order_by("pk"))

    @cached_property
    def visits(self) -> list[Visit]:
        local = self.order.cinema.local
        found = [(session, list(tickets)) for session, tickets in groupby(self.tickets, key=lambda each: each.session)]
        return [
            Visit(session, local(session.start_datetime), local(session.end_datetime), tickets, self.at)
            for session, tickets in found
        ]

    @property
    def coming(self) -> list[Visit]:
        """The visits that are still possible, without cancelled sessions."""
        return [visit for visit in self.visits if visit.session.status != Session.Status.CANCELLED]

    @cached_property
    def explanations(self) -> dict[int, Incident]:
        """The cancellation of each cancelled session (primary key), which says why."""
        lost = [visit.session for visit in self.visits if visit not in self.coming]
        return explanations(lost) if lost else {}

    @cached_property
    def others(self) -> dict[int, list[tuple[Session, datetime]]]:
        """Other sessions of the film and their local starts, by the cancelled session (primary key) that was ahead."""
        lost = [each for each in self.visits if each not in self.coming and each.starts > self.at]
        offered = alternatives([each.session for each in lost], at=self.at) if lost else None
        return {each.session.pk: offered.local(each.session, places=len(each.tickets)) for each in lost if offered}

    @property
    def called_off(self) -> bool:
        """Whether nothing is left of paid visits that would be ahead: a calendar may still have them."""
        ahead = [visit for visit in self.visits if visit.starts > self.at]
        return bool(ahead) and self.order.paid_at is not None and not any(self._takes_place(visit) for visit in ahead)

    def _takes_place(self, visit: Visit) -> bool:
        return visit in self.coming and visit.is_live

    @property
    def seats(self) -> int:
        return len(self.tickets)

    @property
    def pickup_code(self) -> str:
        """The code to say at the bar, while there is something to collect."""
        waiting = [snack for snack in self.snacks if snack.status in ConcessionPreorder.OPEN]
        return waiting[0].pickup_code if waiting and self.order.status in Order.SOLD else ""

    @property
    def collect_until(self) -> datetime:
        return self.order.cinema.local(self.snacks[0].collection_deadline)

    # --- Status

    @cached_property
    def zone(self) -> str:
        """The time zone of the page's times, where it has to be named."""
        return time_zone_note(self.order.cinema, self.at)

    @property
    def unpaid(self) -> bool:
        return self.order.status in Order.UNPAID and self.order.expires_at > self.at

    @property
    def hold_expired(self) -> bool:
        """Whether its time to pay is over, whether or not the job has run."""
        return self.order.status in Order.UNPAID and not self.unpaid

    @cached_property
    def replacement(self) -> Order | None:
        """The order that this one was changed into."""
        return own_orders.replacement(self.order) if self.order.status == Status.CANCELLED else None

    @property
    def proof(self) -> str:
        return own_orders.proof_of_link(self.order)

    @cached_property
    def address_correctable(self) -> bool:
        return is_correctable_by_customer(self.order, tickets=self.tickets, at=self.at)

    @property
    def sold(self) -> bool:
        return self.order.status in Order.SOLD

    @property
    def free(self) -> bool:
        return not self.order.final_amount

    @property
    def changeable(self) -> bool:
        return self.unpaid and self.order.channel == Order.Channel.ONLINE and len(self.visits) == 1

    @property
    def seconds_left(self) -> int:
        return max(0, int((self.order.expires_at - self.at).total_seconds()))

    @property
    def held_until(self) -> datetime:
        return self.order.cinema.local(self.order.expires_at)

    @cached_property
    def extendable(self) -> bool:
        return self.unpaid and self.order.channel == Order.Channel.ONLINE and may_extend(self.order)

    # --- Money

    @cached_property
    def payments(self) -> list[Payment]:
        return list(self.order.payments.select_related("gift_card__card").order_by("pk"))

    @property
    def parts(self) -> list[Payment]:
        """What was paid of an order that is not paid in full yet; of others, what gift cards paid."""
        taken = [payment for payment in self.payments if payment.status == Payment.Status.SUCCEEDED]
        return [each for each in taken if (each.is_part if self.unpaid else each.gateway == Gateway.GIFT_CARD)]

    @property
    def left(self) -> Decimal:
        """What is left to pay of an unpaid order."""
        return self.order.final_amount - sum((payment.amount for payment in self.parts), ZERO)

    @cached_property
    def refunds(self) -> list[Refund]:
        return list(self.order.refunds.filter(amount__gt=0).select_related("payment").order_by("pk"))

    @property
    def in_flight(self) -> list[Payment]:
        return [payment for payment in self.payments if payment.status == Payment.Status.PENDING]

    @property
    def declined(self) -> bool:
        """Whether the last attempt failed and another one is possible."""
        return self.unpaid and bool(self.payments) and self.payments[-1].status == Payment.Status.FAILED

    @cached_property
    def points(self) -> int:
        """The points that pay for the order, at the value of a point when they were spent."""
        return points_spent(self.order.pk) if self.order.bonus_amount else 0

    @property
    def to_earn(self) -> int:
        return points_to_earn(self.order.final_amount, user=self.order.user_id or 0)

    @property
    def returned(self) -> Decimal:
        return sum((refund.amount for refund in self.refunds), ZERO)

    @property
    def came_late(self) -> bool:
        """Whether money came for an order that could not take it any more: not a gift card’s, which came before."""
        return any(refund.payment and refund.payment.gateway != Gateway.GIFT_CARD for refund in self.refunds)

    @property
    def kept(self) -> Decimal:
        """The money that was paid and is not returned, whether or not a refund has arrived yet."""
        paid = (payment.amount for payment in self.payments if payment.status == Payment.Status.SUCCEEDED)
        return sum(paid, ZERO) - self.returned

    @property
    def returns(self) -> dict[str, Decimal]:
        """The sums that go back or went back, by how: see `_how`."""
        sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for refund in self.refunds:
            if not refund.is_moved:  # it paid for other tickets
                sums[self._how(refund)] += refund.amount
        return dict(sums)

    def _how(self, refund: Refund) -> str:
        """`sent` or `handed_out` before; still to be `collected` in cash, refunded to the card at the `terminal`, or
        `sending`; or `held` until the bank has decided; `on_card` and `to_card` for gift cards; `by_partner`.
        """
        gateway = refund.payment.gateway if refund.payment else ""
        if gateway == Gateway.GIFT_CARD and not refund.handed_out:
            return "on_card" if refund.status == Refund.Status.SUCCEEDED else "to_card"
        if gateway == Gateway.ACCOUNT:
            return "by_partner"
        if refund.status == Refund.Status.SUCCEEDED:
            return "handed_out" if refund.handed_out else "sent"
        if gateway in AT_COUNTER:
            return "collected" if gateway == Gateway.CASH else "terminal"
        return "held" if self.disputed and not refund.despite_dispute else "sending"

    # --- Refund terms

    @cached_property
    def refundable(self) -> bool:
        return not self.by_seller and bool(refundable_by_customer(self.order, at=self.at))

    @cached_property
    def by_seller(self) -> bool:
        return any(each.gateway == Gateway.ACCOUNT for each in self.payments) and own_orders.by_seller_alone(self.order)

    @cached_property
    def at_cinema(self) -> bool:
        """Whether it is refunded at the cinema only."""
        return not self.refundable and is_refunded_at_cinema(self.order)

    @cached_property
    def disputed(self) -> bool:
        """Whether the bank has to decide about a payment first; nothing is refunded until then."""
        return bool(disputed_orders([self.order.pk]))

    @property
    def refund_until(self) -> datetime | None:
        """Until when customers can refund tickets themselves; shown before paying, too."""
        return self.coming[0].starts - self.order.refund_notice if self.coming else None

    @property
    def is_ahead(self) -> bool:
        """Whether the next screening has not started yet; only then are the refund terms shown."""
        return bool(self.coming) and self.coming[0].starts > self.at

    # --- Ticket codes and calendar

    @property
    def codes(self) -> dict[int, str]:
        """The code of each valid ticket."""
        tickets = (ticket for visit in self.coming for ticket in visit.tickets)
        return {ticket.pk: code_of(ticket) for ticket in tickets if ticket.status == Ticket.Status.PAID}

    def calendar(self, link: str) -> str:
        """The visits of a paid order; those that were cancelled or refunded remove what was added earlier."""
        if self.order.paid_at is None:
            return calendar([], at=self.at)
        announced = announcements([visit.session for visit in self.visits])
        events = [self._event(visit, link, changes=announced[visit.session.pk].changes) for visit in self.visits]
        return calendar(events, at=self.at)

    def _event(self, visit: Visit, link: str, *, changes: int) -> CalendarEvent:
        order, session = self.order, visit.session
        seats = "; ".join(str(ticket.seat) for ticket in visit.tickets if ticket.status in Ticket.LIVE)
        cancelled = not self._takes_place(visit)
        return CalendarEvent(
            uid=event_uid(f"order-{order.number}-{session.pk}"),
            sequence=changes + cancelled,
            cancelled=cancelled,
            starts=session.start_datetime,
            ends=session.end_datetime,
            title=session.film.shown.title,
            place=place_of(session),
            text=_("Order %(number)s") % {"number": order.number} + (f": {seats}" if seats else ""),
            link=link,
        )


def session_of(order: Order) -> Session | None:
    """The only session of the order; None if there are several, or none. Reads only."""
    keys = set(order.tickets.values_list("session", flat=True))
    if len(keys) != 1:
        return None
    return Session.objects.select_related("film", "hall__cinema").get(pk=keys.pop())
