"""What this app offers for approval (`accounts.services.approvals`): the exchange of tickets in the admin."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import ApprovalOutdated
from accounts.models import User
from accounts.services.approvals import ApprovableService
from allocations.services import given_anew
from boxoffice.models import Exchange
from boxoffice.services.exchanges import exchange, given_away
from boxoffice.services.refunds import payout_text, waiting_text
from boxoffice.services.sales import Places
from orders.approvals import bought_by
from orders.models import Order, Ticket
from orders.services import preview_refund
from payments.models import Refund
from payments.services import check_printer
from payments.services.shifts import open_shift_of
from screenings.models import Seat, Session, TicketType


class ExchangeApproval(ApprovableService):
    """An exchange of tickets for these seats, at the value and the price that were shown, and what it gives away.

    Money is taken and given out in the shift of whoever asked, if it is open when the request is approved.
    """

    title = _("Exchange of tickets")
    permission = "orders.refund_order"
    model = Order
    cinema_path = "cinema"

    def benefits(self, order: Order, person: User) -> bool:
        return bought_by(order, person)

    def encode(  # type: ignore[override]
        self,
        order: Order,
        *,
        tickets: Sequence[Ticket],
        places: Places,
        expected_total: Decimal,
        at: datetime,
        **agreed: Any,
    ) -> dict[str, Any]:
        """Includes what the old tickets are worth now and what is given away, so that exactly this is approved."""
        return {
            "tickets": [ticket.pk for ticket in tickets],
            "places": [[session.pk, seat.pk, kind.pk] for session, seat, kind in places],
            "expected_total": str(expected_total),
            "value": str(preview_refund(order, lines=tickets, at=at).money),
            "given": str(given_away(tickets, places)),
            **agreed,
        }

    def decode(self, order: Order, data: dict[str, Any]) -> dict[str, Any]:
        tickets = order.tickets.in_bulk(data["tickets"])
        sessions, seats, kinds = (
            model._base_manager.in_bulk(keys)
            for model, keys in zip((Session, Seat, TicketType), zip(*data["places"], strict=True), strict=True)
        )
        try:
            places = [(sessions[session], seats[seat], kinds[kind]) for session, seat, kind in data["places"]]
            lines = [tickets[key] for key in data["tickets"]]
            money = {name: Decimal(data[name]) for name in ("expected_total", "value", "given")}
        except KeyError:
            raise ApprovalOutdated from None
        return {**data, **money, "tickets": lines, "places": places}

    def call(  # type: ignore[override]
        self, order: Order, *, value: Decimal, given: Decimal, at: datetime, actor: User, approver: User, **wanted: Any
    ) -> tuple[Exchange, list[Refund]]:
        check_printer(order.cinema, at=at)
        shift = open_shift_of(actor, order.cinema_id)
        done, paid_out = exchange(order, shift=shift, at=at, actor=actor, approver=approver, **wanted)
        new = done.new_order.tickets.select_related("session__hall", "seat", "ticket_type")
        if (done.value, given_anew(new, former=wanted["tickets"])) != (value, given):
            raise ApprovalOutdated
        return done, paid_out

    @staticmethod
    def message(order: Order, result: tuple[Exchange, list[Refund]]) -> str:
        done, given = result
        told = gettext("Exchanged for order %(order)s. Its tickets are sent to the customer.")
        waiting = Refund.objects.filter(order=order).to_hand_out().select_related("payment")
        texts = [payout_text(each) for each in given] or [waiting_text(each) for each in waiting]
        return " ".join([told % {"order": done.new_order}, *texts])
