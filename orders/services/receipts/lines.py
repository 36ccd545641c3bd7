"""What a receipt lists: the tickets and snacks of an order, named in the customer's language."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _

from concessions.models import ConcessionPreorder
from orders.models import Order, OrderLine, Ticket
from orders.reasons import Reason
from payments.fiscal import gateway_prints_receipts, taxed_at
from payments.fiscal.lines import SoldItem, charge_lines, receipt_lines
from payments.gateways import ChargeLine
from payments.models import Payment, Rates, ReceiptLine, Refund, Subject, VatOf
from payments.services import vat_of_sales

#: What to load with refund lines, so that their names cost no further query.
NAMES = ["ticket__session__film", "ticket__session__hall__cinema", "ticket__seat", "preorder__concession_item"]

Part = tuple[OrderLine, Decimal]  # a ticket or snack, and the money that was paid or refunded for it


def paid_parts(orders: Iterable[int]) -> defaultdict[int, list[Part]]:
    """What each order was sold for money, including what was refunded since. Two queries."""
    found: defaultdict[int, list[Part]] = defaultdict(list)
    tickets = Ticket.objects.filter(order__in=orders).select_related("session__film", "session__hall__cinema", "seat")
    snacks = ConcessionPreorder.objects.filter(order__in=orders).select_related("concession_item")
    lines: list[OrderLine] = [*tickets.order_by("pk"), *snacks.order_by("pk")]
    for line in lines:
        if line.paid:
            found[line.order_id].append((line, line.paid))
    return found


def lines_for(order: Order, parts: Sequence[Part], *, total: Decimal, vat_of: VatOf) -> list[ReceiptLine]:
    """Unsaved lines that add up to `total`: of the parts, or of an advance payment where there are none."""
    with translation.override(order.language):
        items = [_item(line, amount) for line, amount in parts]
        advance = _("Advance, order %(order)s") % {"order": order}
    return receipt_lines(items, total=total, advance=advance, vat_of=vat_of)


def lines_to_charge(payment: Payment) -> tuple[ChargeLine, ...]:
    """The receipt to send along when a payment is opened; empty unless its gateway prints receipts."""
    if not gateway_prints_receipts(payment.gateway):
        return ()
    order = payment.order
    parts = paid_parts([order.pk])[order.pk]
    vat_of = Rates().at(taxed_at(payment), prepaid=True)
    return charge_lines(lines_for(order, parts, total=payment.amount, vat_of=vat_of))


def lines_to_refund(refund: Refund) -> tuple[ChargeLine, ...]:
    """The receipt to send along with a refund; empty unless the gateway of its payment prints receipts."""
    if refund.payment is None or not gateway_prints_receipts(refund.payment.gateway):
        return ()
    order = refund.order
    chosen = refund.lines.select_related(*NAMES).order_by("pk")
    parts = [(thing, each.amount) for each in chosen if (thing := each.ticket or each.preorder)]
    if not parts and refund.reason != Reason.MONEY_RETURNED:
        parts = paid_parts([order.pk])[order.pk]
    vat_of = vat_of_sales([refund.payment])[refund.payment.pk]
    return charge_lines(lines_for(order, parts, total=refund.amount, vat_of=vat_of))


def _item(line: OrderLine, amount: Decimal) -> SoldItem:
    if isinstance(line, Ticket):
        name = _("Ticket: %(film)s, %(seat)s") % {"film": line.session.film, "seat": line.seat}
        return SoldItem(name, Subject.TICKETS, 1, amount)
    return SoldItem(line.concession_item.name, Subject.GOODS, line.quantity, amount)
