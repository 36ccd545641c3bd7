"""What this app offers for approval (`accounts.services.approvals`): refunds of an order or of a cancelled session, and
payouts by hand of refunds that nobody at work decided.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import ApprovalOutdated
from accounts.models import User
from accounts.services.approvals import ApprovableService
from cinema.money import format_money
from concessions.models import ConcessionPreorder
from orders.locks import lock_orders_with_sessions
from orders.models import Order, OrderChange, OrderLine
from orders.services import RefundPreview, pay_out, preview_refund, refund, refunds_of
from orders.services.refunds.effects import remaining_lines
from payments.models import Refund, Shift
from screenings.models import Session

CONSUMED = "orders.refund_consumed"  # the permission to refund snacks that were collected or expired


class RefundApproval(ApprovableService):
    """A refund of lines. For a whole order, the lines that were left when it was requested are stored."""

    title = _("Refund of an order")
    permission = "orders.refund_order"
    model = Order
    cinema_path = "cinema"

    def benefits(self, order: Order, person: User) -> bool:
        return bought_by(order, person)

    def encode(  # type: ignore[override]
        self,
        order: Order,
        *,
        lines: Sequence[OrderLine] | None = None,
        reason: str,
        at_fault: bool = False,
        despite_dispute: bool = False,
        at: datetime,
    ) -> dict[str, Any]:
        """Includes what the refund amounts to now, so that exactly this is approved."""
        if lines is None:
            lines = remaining_lines([order.pk])[order.pk].refundable
        gives = preview_refund(order, lines=lines, at=at)
        return {
            "tickets": [line.pk for line in lines if not isinstance(line, ConcessionPreorder)],
            "preorders": [line.pk for line in lines if isinstance(line, ConcessionPreorder)],
            "reason": reason,
            "at_fault": at_fault,
            "despite_dispute": despite_dispute,
            "expected": {
                "money": str(gives.money),
                "points_back": gives.points_back,
                "points_taken": gives.points_taken,
                "last": gives.last,
            },
        }

    def decode(self, order: Order, data: dict[str, Any]) -> dict[str, Any]:
        lines: list[OrderLine] = [
            *order.tickets.filter(pk__in=data["tickets"]),
            *order.preorders.filter(pk__in=data["preorders"]),
        ]
        if len(lines) < len(data["tickets"]) + len(data["preorders"]):
            raise ApprovalOutdated
        expected = RefundPreview(**{**data["expected"], "money": Decimal(data["expected"]["money"])})
        agreed = {name: data.get(name, False) for name in ("at_fault", "despite_dispute")}  # since later versions
        return {"lines": lines, "reason": data["reason"], **agreed, "expected": expected}

    def permissions(self, order: Order, *, lines: Sequence[OrderLine], **arguments: Any) -> set[str]:  # type: ignore[override]
        snacks = [line for line in lines if isinstance(line, ConcessionPreorder)]
        consumed = any(snack.status not in ConcessionPreorder.OPEN for snack in snacks)
        return {self.permission, CONSUMED} if consumed else {self.permission}

    def call(  # type: ignore[override]
        self,
        order: Order,
        *,
        lines: Sequence[OrderLine],
        reason: str,
        at_fault: bool,
        despite_dispute: bool,
        expected: RefundPreview,
        at: datetime,
        actor: User,
        approver: User,
    ) -> Refund:
        lock_orders_with_sessions([order.pk])  # so that it comes to the same when it is done
        if preview_refund(order, lines=lines, at=at) != expected:
            raise ApprovalOutdated
        insisted: dict[str, Any] = {"at_fault": at_fault, "despite_dispute": despite_dispute}
        return refund(order, lines=lines, reason=reason, **insisted, at=at, actor=actor, approver=approver)

    @staticmethod
    def message(order: Order, done: Refund) -> str:
        return gettext("Order %(order)s: refund of %(amount)s issued.") % {
            "amount": format_money(done.amount),
            "order": order,
        }


class PayOutApproval(ApprovableService):
    """The payout of a refund by hand, in the shift in which it was asked for, if there is one."""

    title = _("Payout of a refund")
    permission = "payments.pay_out_refund"
    model = Refund
    cinema_path = "order__cinema"

    def benefits(self, refund: Refund, person: User) -> bool:
        return bought_by(refund.order, person)

    def encode(  # type: ignore[override]
        self, refund: Refund, *, shift: Shift | None = None, despite_dispute: bool = False, at: datetime
    ) -> dict[str, Any]:
        return {"shift": shift and shift.pk, "despite_dispute": despite_dispute}

    def decode(self, refund: Refund, data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "shift": Shift.objects.filter(pk=data["shift"]).first()}

    def call(  # type: ignore[override]
        self, refund: Refund, *, shift: Shift | None, despite_dispute: bool, at: datetime, actor: User, approver: User
    ) -> None:
        pay_out(refund, shift=shift, despite_dispute=despite_dispute, at=at, actor=actor, approver=approver)

    @staticmethod
    def message(refund: Refund, _done: None) -> str:
        message = gettext("%(amount)s for order %(order)s marked as paid out.")
        return message % {"amount": format_money(refund.amount), "order": refund.order}


def bought_by(order: Order, person: User) -> bool:
    """Whether the order was bought with this person's account, address or phone number, now or before."""
    former = OrderChange.objects.former_addresses([order])
    return order.user == person or person.has_contact(order.email, order.phone, *former)


class SessionRefundApproval(ApprovableService):
    """Lets the job refund the orders of cancelled sessions, unless that has become more money since the request."""

    title = _("Refunds of a cancelled screening")
    permission = "screenings.cancel_session"
    model = Session
    cinema_path = "hall__cinema"

    def encode(self, session: Session, *, sessions: Sequence[Session], at: datetime) -> dict[str, Any]:  # type: ignore[override]
        return {"money": str(refunds_of(*sessions)), "sessions": [each.pk for each in sessions]}

    def decode(self, session: Session, data: dict[str, Any]) -> dict[str, Any]:
        keys = data.get("sessions", [session.pk])  # requests of an earlier version name one
        return {"money": data["money"], "sessions": list(Session.objects.filter(pk__in=keys))}

    def call(  # type: ignore[override]
        self, session: Session, *, money: str, sessions: Sequence[Session], at: datetime, actor: User, approver: User
    ) -> None:
        if refunds_of(*sessions) > Decimal(money):
            raise ApprovalOutdated
        Session.objects.filter(pk__in=[each.pk for each in sessions]).update(refunds_held=False)

    @staticmethod
    def message(session: Session, _done: None) -> str:
        return gettext("%(session)s: customers will be refunded within a couple of minutes.") % {"session": session}
