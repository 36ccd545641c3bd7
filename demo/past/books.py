"""Saves the sales of the past year with all that belongs to them, in one statement for thousands of rows of a table."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from accounts.models import User
from bonuses.models import BonusAccount, BonusTransaction
from concessions.models import ConcessionPreorder, StockMovement
from demo.bank import PREFIX
from demo.models import DemoCharge, DemoRefund
from demo.past.sales import PastSale
from orders.models import Order, OrderEvent, Promocode, RefundLine, Scan, Ticket
from orders.services.receipts.lines import sold_in
from payments.models import MANUAL_GATEWAYS, Gateway, Payment, Rates, Receipt, ReceiptLine, Refund
from screenings.models import Session

BATCH = 2000


def save(sales: Sequence[PastSale], movements: tuple[list[StockMovement], list[StockMovement]]) -> None:
    """Save the orders of these sales, whose sessions are saved, and every row about them but those of points."""
    Order.objects.bulk_create([sale.order for sale in sales], batch_size=BATCH)
    OrderEvent.objects.bulk_create([event for sale in sales for event in sale.events], batch_size=BATCH)
    tickets = [ticket for sale in sales for ticket in sale.tickets]
    Ticket.objects.bulk_create(tickets, batch_size=BATCH)
    Scan.objects.bulk_create(
        [
            Scan(ticket=ticket, at=ticket.used_at, actor=sale.booking.venue.cashier)
            for sale in sales
            for ticket in sale.tickets
            if ticket.used_at is not None
        ],
        batch_size=BATCH,
    )
    ConcessionPreorder.objects.bulk_create([each for sale in sales for each in sale.preorders], batch_size=BATCH)
    for group in movements:
        StockMovement.objects.bulk_create(group, batch_size=BATCH)
    _count_uses(sales)
    _save_money(sales)
    _save_receipts(sales)


def _count_uses(sales: Sequence[PastSale]) -> None:
    uses = Counter(sale.order.promocode_id for sale in sales if sale.order.promocode_id is not None)
    promocodes = Promocode.objects.in_bulk(uses.keys())
    for key, promocode in promocodes.items():
        promocode.used_count += uses[key]
    Promocode.objects.bulk_update(promocodes.values(), ["used_count"])


def _save_money(sales: Sequence[PastSale]) -> None:
    """Payments and refunds, with what the bank has recorded about them."""
    charges: dict[int, DemoCharge] = {}
    for sale in sales:
        if sale.payment is not None and sale.payment.gateway == Gateway.DEMO:
            charge = charges[id(sale)] = DemoCharge(
                uid=sale.payment.uid,
                amount=sale.payment.amount,
                description=sale.order.number,
                return_url=sale.order.link,
                language=sale.order.language,
                status=DemoCharge.Status.PAID,
            )
            sale.payment.external_id = f"{PREFIX}{charge.token}"
    DemoCharge.objects.bulk_create(charges.values(), batch_size=BATCH)
    Payment.objects.bulk_create([sale.payment for sale in sales if sale.payment is not None], batch_size=BATCH)
    refunds: list[Refund] = []
    at_bank: list[DemoRefund] = []
    for sale in sales:
        if sale.refund is not None:
            refunds.append(sale.refund)
            if id(sale) in charges:
                sale.refund.external_id = f"{PREFIX}{sale.refund.uid.hex}"
                at_bank.append(DemoRefund(charge=charges[id(sale)], uid=sale.refund.uid, amount=sale.refund.amount))
    Refund.objects.bulk_create(refunds, batch_size=BATCH)
    DemoRefund.objects.bulk_create(at_bank, batch_size=BATCH)
    RefundLine.objects.bulk_create([line for sale in sales for line in sale.refund_lines], batch_size=BATCH)


def _save_receipts(sales: Sequence[PastSale]) -> None:
    """The receipts of sales and of refunds, and those that follow an advance payment after the show."""
    rates = Rates()
    receipts: list[Receipt] = []
    lines: list[ReceiptLine] = []

    def add(
        sale: PastSale, payment: Payment, kind: str, parts: Sequence[Ticket | ConcessionPreorder], at: datetime
    ) -> None:
        amount = sum((line.paid for line in parts), start=payment.amount * 0)
        if not amount:
            return
        prepaid = payment.gateway not in MANUAL_GATEWAYS or bool(sale.tickets)
        receipt = Receipt(
            kind=kind,
            cinema_id=sale.order.cinema_id,
            order=sale.order,
            payment=payment,
            refund=sale.refund if kind == Receipt.Kind.REFUND else None,
            amount=amount,
            is_prepayment=prepaid and kind == Receipt.Kind.SALE,
            status=Receipt.Status.SENT,
            created_at=at,
            sent_at=at + timedelta(minutes=1),
            external_id=f"demo-{len(receipts) + 1}",
            attempts=1,
        )
        receipts.append(receipt)
        vat_of = rates.at(payment.created_at if kind != Receipt.Kind.SETTLEMENT else at, prepaid=prepaid)
        for row in sold_in(sale.order, [(line, line.paid) for line in parts]).lines(amount, vat_of):
            row.receipt = receipt
            lines.append(row)

    for sale in sales:
        payment, order = sale.payment, sale.order
        if payment is None:
            continue
        sold: list[Ticket | ConcessionPreorder] = [*sale.tickets, *sale.preorders]
        all_lines = [line for line in sold if line.paid]
        add(sale, payment, Receipt.Kind.SALE, all_lines, payment.created_at + timedelta(minutes=1))
        back = [line.ticket or line.preorder for line in sale.refund_lines]
        if sale.refund is not None:
            at = sale.refund.requested_at + timedelta(minutes=2)
            add(sale, payment, Receipt.Kind.REFUND, [line for line in back if line is not None], at)
        if order.completed_at is not None and (payment.gateway not in MANUAL_GATEWAYS or sale.tickets):
            kept = [line for line in all_lines if line not in back]
            add(sale, payment, Receipt.Kind.SETTLEMENT, kept, order.completed_at + timedelta(minutes=1))
    Receipt.objects.bulk_create(receipts, batch_size=BATCH)
    ReceiptLine.objects.bulk_create(lines, batch_size=BATCH)


def save_points(sales: Sequence[PastSale], credited: Mapping[int, datetime]) -> None:
    """The points of these sales and the new balances; `credited` is when each customer last got some."""
    entries = sorted(
        ((each, sale) for sale in sales for each in sale.points), key=lambda pair: pair[0].transaction_date
    )
    owners = {sale.order.user_id for _entry, sale in entries if sale.order.user_id is not None}
    accounts = {account.user_id: account for account in BonusAccount.objects.filter(user__in=owners)}
    missing = [BonusAccount(user_id=user) for user in sorted(owners - accounts.keys())]
    accounts |= {account.user_id: account for account in BonusAccount.objects.bulk_create(missing)}
    for entry, sale in entries:
        account = accounts[sale.order.user_id or 0]
        entry.bonus_account = account
        account.balance += entry.amount
    for user, account in accounts.items():
        account.last_accrual_date = max(filter(None, [account.last_accrual_date, credited.get(user)]), default=None)
    BonusAccount.objects.bulk_update(accounts.values(), ["balance", "last_accrual_date"], batch_size=500)
    BonusTransaction.objects.bulk_create([entry for entry, _sale in entries], batch_size=BATCH)


def save_sessions(sessions: Sequence[Session]) -> None:
    Session.objects.bulk_create(sessions, batch_size=BATCH)


def save_dates_of_registration(customers: Sequence[User]) -> None:
    User.objects.bulk_update(customers, ["date_joined"], batch_size=500)
