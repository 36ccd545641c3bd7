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
from payments.fiscal.lines import Sold, SoldItem, charge_lines
from payments.gateways import ChargeLine
from payments.models import Payment, Rates, Refund, Subject
from payments.services import vat_of_sales

#: What to load with refund lines, so that their names cost no further query.
NAMES = [
    *("ticket__session__film", "ticket__session__hall__cinema", "ticket__seat"),
    *("preorder__concession_item", "preorder__instead_of"),
]

Part = tuple[OrderLine, Decimal]  # a ticket or snack, and the money that was paid or refunded for it


def paid_parts(orders: Iterable[int]) -> defaultdict[int, list[Part]]:
    """What each order was sold for money, including what was refunded since. Two queries."""
    found: defaultdict[int, list[Part]] = defaultdict(list)
    tickets = Ticket.objects.filter(order__in=orders).select_related("session__film", "session__hall__cinema", "seat")
    snacks = ConcessionPreorder.objects.filter(order__in=orders).select_related("concession_item", "instead_of")
    lines: list[OrderLine] = [*tickets.order_by("pk"), *snacks.order_by("pk")]
    for line in lines:
        if line.paid:
            found[line.order_id].append((line, line.paid))
    return found


def sold_in(order: Order, parts: Sequence[Part]) -> Sold:
    """What a receipt of these parts is about; without any, it is an advance payment."""
    with translation.override(order.language):
        return Sold([_item(line, amount) for line, amount in parts], _("Advance, order %(order)s") % {"order": order})


def lines_to_charge(payment: Payment) -> tuple[ChargeLine, ...]:
    """The receipt to send along when a payment is opened; empty unless its gateway prints receipts."""
    if not gateway_prints_receipts(payment.gateway):
        return ()
    parts = paid_parts([payment.order_id])[payment.order_id]
    vat_of = Rates().at(taxed_at(payment), prepaid=True)
    return charge_lines(sold_in(payment.order, parts).lines(payment.amount, vat_of))


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
    return charge_lines(sold_in(order, parts).lines(refund.amount, vat_of))


def _item(line: OrderLine, amount: Decimal) -> SoldItem:
    if isinstance(line, Ticket):
        name = _("Ticket: %(film)s, %(seat)s") % {"film": line.session.film, "seat": line.seat}
        return SoldItem(name, Subject.TICKETS, 1, amount, starts=line.session.start_datetime)
    return SoldItem(line.ordered.name, Subject.GOODS, line.quantity, amount)
