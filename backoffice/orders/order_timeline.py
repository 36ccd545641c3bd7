"""An order's lines and timeline for its page in the admin, read in a constant number of queries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.orders.columns import PREORDER_COLOURS, TICKET_COLOURS
from backoffice.pricing.why import why_it_costs
from bonuses.models import BonusTransaction
from cinema.local_time import format_local
from cinema.money import format_money
from concessions.models import ConcessionPreorder
from orders import notifications
from orders.models import Order, OrderChange, OrderEvent, OrderLine, Scan, Ticket
from orders.reasons import reason_label
from payments.models import Dispute, Payment, Refund


@dataclass(frozen=True)
class OrderLineRow:
    """A ticket or pre-order with its price and how it was paid. `actions` are (title, link) pairs."""

    what: str
    price: str
    discount: str
    by_points: str
    paid: str
    status: str
    colour: str | None
    actions: list[tuple[str, str]]
    refunded: str | None = None
    code: str = ""
    why: list[str] = field(default_factory=list)  # a ticket costs that


@dataclass(frozen=True)
class TimelineEntry:
    """An event of the order. `who` and `why` are empty if not known."""

    at: datetime
    icon: str
    what: str
    who: str = ""
    why: str = ""
    details: list[str] = field(default_factory=list)


def line_name(line: OrderLine) -> str:
    if isinstance(line, ConcessionPreorder):
        return str(line)
    return _("%(session)s, %(seat)s, %(type)s") % {
        "session": line.session,
        "seat": line.seat,
        "type": line.ticket_type,
    }


class OrderTimeline:
    """An order's lines and events, limited to what `user` has permission to view."""

    def __init__(self, order: Order, user: Any) -> None:
        self.order, self.user = order, user
        self.refund_lines: dict[tuple[str, int], Decimal] = {}
        self.refunds = self._refunds() if user.has_perm("payments.view_refund") else []
        self.lines = list(self._lines())
        self.entries = sorted(self._entries(), key=lambda entry: entry.at)

    # --- Lines

    def _lines(self) -> Iterator[OrderLineRow]:
        if self.user.has_perm("orders.view_ticket"):
            for ticket in self.order.tickets.select_related(
                *("session__film", "session__hall__cinema", "session__price_row", "seat", "ticket_type", "price_quote")
            ).order_by("session", "seat__row", "seat__number", "pk"):
                yield self._line_row(ticket, TICKET_COLOURS.get(ticket.status), list(self._ticket_actions(ticket)))
        if self.user.has_perm("concessions.view_concessionpreorder"):
            for preorder in self.order.preorders.select_related("concession_item").order_by("pk"):
                colour = PREORDER_COLOURS.get(preorder.status)
                yield self._line_row(
                    preorder, colour, list(self._preorder_actions(preorder)), code=preorder.pickup_code
                )

    def _line_row(
        self, line: OrderLine, colour: str | None, actions: list[tuple[str, str]], code: str = ""
    ) -> OrderLineRow:
        refunded = self.refund_lines.get((line._meta.model_name or "", line.pk))
        return OrderLineRow(
            what=line_name(line),
            price=format_money(line.amount),
            discount=format_money(line.discount_share),
            by_points=format_money(line.bonus_share),
            paid=format_money(line.paid),
            status=line.get_status_display() if refunded is None else _("Refunded"),
            colour=colour,
            actions=actions,
            refunded=None if refunded is None else format_money(refunded),
            code=code,
            why=why_it_costs(line) if isinstance(line, Ticket) else [],
        )

    def _ticket_actions(self, ticket: Ticket) -> Iterator[tuple[str, str]]:
        if self.order.status in Order.SOLD and ticket.status == Ticket.Status.PAID:
            yield from self._action("orders.check_in_ticket", _("Check in"), "orders_ticket_let_in", ticket.pk)
        if self.order.status == Order.Status.PAID and ticket.status == Ticket.Status.USED:
            yield from self._action("orders.undo_check_in_ticket", _("Undo check-in"), "orders_ticket_undo", ticket.pk)

    def _preorder_actions(self, preorder: ConcessionPreorder) -> Iterator[tuple[str, str]]:
        page = "concessions_concessionpreorder"
        if self.order.status in Order.SOLD and preorder.status == ConcessionPreorder.Status.PENDING:
            yield from self._action("concessions.make_ready", _("Mark as ready"), f"{page}_ready", preorder.pk)
        if self.order.status in Order.SOLD and preorder.status in ConcessionPreorder.OPEN:
            yield from self._action("concessions.hand_over", _("Hand over"), f"{page}_hand_over", preorder.pk)

    def _action(self, permission: str, title: str, page: str, key: int) -> Iterator[tuple[str, str]]:
        if self.user.has_perm(permission):
            yield title, reverse(f"admin:{page}", args=[key])

    # --- Timeline

    def _refunds(self) -> list[Refund]:
        refunds = list(
            self.order.refunds.select_related("actor")
            .prefetch_related(
                "lines__ticket__session__film",
                "lines__ticket__session__hall__cinema",
                "lines__ticket__seat",
                "lines__ticket__ticket_type",
                "lines__preorder__concession_item",
            )
            .order_by("pk")
        )
        for refund in refunds:
            for line in refund.lines.all():
                sold = line.ticket or line.preorder
                if sold is not None:
                    self.refund_lines[sold._meta.model_name or "", sold.pk] = line.amount
        return refunds

    def _entries(self) -> Iterator[TimelineEntry]:
        if self.user.has_perm("orders.view_orderevent"):
            yield from map(_entry_of_event, self.order.events.select_related("actor").order_by("pk"))
            yield from map(_entry_of_change, self.order.changes.select_related("actor").order_by("pk"))
        if self.user.has_perm("payments.view_payment"):
            yield from map(_entry_of_payment, self.order.payments.select_related("actor").order_by("pk"))
        yield from map(_entry_of_refund, self.refunds)
        if self.user.has_perm("payments.view_dispute"):
            yield from map(_entry_of_dispute, Dispute.objects.filter(payment__order=self.order).order_by("pk"))
        if self.user.has_perm("bonuses.view_bonustransaction"):
            yield from map(_entry_of_points, self.order.bonus_transactions.select_related("actor").order_by("pk"))
        if self.user.has_perm("orders.view_ticket"):
            scans = Scan.objects.filter(ticket__order=self.order).select_related("actor", "ticket__seat")
            yield from map(_entry_of_scan, scans.order_by("pk"))
        if self.user.has_perm("concessions.view_concessionpreorder"):
            yield from _entries_of_snacks(
                self.order.preorders.select_related("concession_item", "handled_by").order_by("pk")
            )
        if self.order.recipient:
            for message in notifications.notifications_of(self.order):
                yield TimelineEntry(
                    message.created_at,
                    "mail",
                    _("Message: %(about)s") % {"about": message.get_kind_display()},
                    details=[f"{message.recipient} – {message.get_status_display()}"],
                )


def _entry_of_event(event: OrderEvent) -> TimelineEntry:
    if event.from_status:
        change = {"source": event.get_from_status_display(), "target": event.get_to_status_display()}
        what = _("%(source)s → %(target)s") % change
    else:
        what = _("Order placed: %(status)s") % {"status": event.get_to_status_display()}
    return TimelineEntry(event.at, "flag", what, str(event.actor or ""), reason_label(event.reason))


def _entry_of_change(change: OrderChange) -> TimelineEntry:
    return TimelineEntry(
        change.at,
        "edit",
        change.get_kind_display(),
        str(change.actor or ""),
        change.reason,
        change.details.splitlines(),
    )


def _entry_of_payment(payment: Payment) -> TimelineEntry:
    values = {"amount": format_money(payment.amount), "way": payment.get_gateway_display()}
    what = _("Payment of %(amount)s: %(way)s") % values
    return TimelineEntry(
        payment.succeeded_at or payment.created_at,
        "payments",
        what,
        str(payment.actor or ""),
        details=[payment.get_status_display()],
    )


def _entry_of_refund(refund: Refund) -> TimelineEntry:
    details = [
        f"{line_name(sold)} – {format_money(line.amount)}"
        for line in refund.lines.all()
        if (sold := line.ticket or line.preorder)
    ]
    if refund.unallocated_amount:
        details.append(_("Refunded with the payment provider: choose which items it was for."))
    what = _("Refund of %(amount)s: %(status)s") % {
        "amount": format_money(refund.amount),
        "status": refund.get_status_display(),
    }
    return TimelineEntry(
        refund.requested_at, "undo", what, str(refund.actor or ""), reason_label(refund.reason), details
    )


def _entry_of_dispute(dispute: Dispute) -> TimelineEntry:
    values = {"amount": format_money(dispute.amount), "status": dispute.get_status_display()}
    details = []
    if dispute.answer_by and dispute.status == Dispute.Status.OPEN:
        details.append(_("Reply on the payment provider’s site by %(day)s.") % {"day": format_local(dispute.answer_by)})
    return TimelineEntry(
        dispute.heard_at,
        "gavel",
        _("Dispute over %(amount)s: %(status)s") % values,
        why=dispute.reason,
        details=details,
    )


def _entry_of_points(entry: BonusTransaction) -> TimelineEntry:
    what = _("Points %(amount)+d: %(kind)s") % {"amount": entry.amount, "kind": entry.get_transaction_type_display()}
    return TimelineEntry(
        entry.transaction_date, "loyalty", what, str(entry.actor or ""), reason_label(entry.description)
    )


def _entry_of_scan(scan: Scan) -> TimelineEntry:
    text = _("Check-in undone: %(seat)s") if scan.undone else _("Checked in: %(seat)s")
    return TimelineEntry(
        scan.at, "qr_code_scanner", text % {"seat": scan.ticket.seat}, str(scan.actor or ""), scan.override
    )


def _entries_of_snacks(preorders: Iterable[ConcessionPreorder]) -> Iterator[TimelineEntry]:
    for preorder in preorders:
        who = str(preorder.handled_by or "")
        if preorder.ready_at:
            yield TimelineEntry(preorder.ready_at, "restaurant", _("Ready: %(snacks)s") % {"snacks": preorder}, who)
        if preorder.collected_at:
            yield TimelineEntry(
                preorder.collected_at, "shopping_bag", _("Handed over: %(snacks)s") % {"snacks": preorder}, who
            )
