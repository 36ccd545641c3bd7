"""Exports all personal data held about one customer (subject access request)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from axes.models import AccessAttempt
from django.db.models import Model

from bonuses.models import BonusAccount
from orders.models import Order
from orders.services.customers.customer import Customer

ORDER = "number status channel language email phone created_at paid_at completed_at cancelled_at refunded_at".split()
ORDER += "total_amount discount_amount bonus_amount final_amount".split()
PAYMENT = "gateway external_id amount status created_at succeeded_at".split()
REFUND = "amount status reason external_id requested_at succeeded_at".split()
RECEIPT = "kind amount status created_at sent_at".split()


def export_customer_data(customer: Customer, *, at: datetime) -> dict[str, Any]:
    """Everything stored about one customer, ready to be written as JSON: account, orders with payments, points,
    messages, failed log-ins.

    Secret links of orders are left out, since such a file may be passed on. A constant number of queries. Reads only.
    """
    orders = list(
        customer.orders()
        .select_related("cinema", "promocode")
        .prefetch_related(
            "tickets__session__film",
            "tickets__session__hall",
            "tickets__seat",
            "tickets__ticket_type",
            "preorders__concession_item",
            "payments__disputes",
            "refunds",
            "receipts__lines",
            "events",
        )
        .order_by("pk")
    )
    user = customer.user
    names = {customer.address, customer.address.lower()} if customer.only is None else set()
    attempts = AccessAttempt.objects.filter(username__in=names)
    return {
        "asked_at": at,
        "account": _facts(user, "email first_name last_name phone preferred_language date_joined last_login".split())
        if user
        else None,
        "orders": [_order(order) for order in orders],
        "points": _points(customer),
        "messages": [
            _facts(message, "kind recipient language status created_at sent_at".split())
            for message in customer.messages(orders)
        ],
        "failed_log_ins": [_facts(each, "attempt_time ip_address user_agent".split()) for each in attempts],
    }


def _order(order: Order) -> dict[str, Any]:
    return {
        "cinema": order.cinema.name,
        **_facts(order, ORDER),
        "promocode": order.promocode.code if order.promocode else "",
        "tickets": [
            {
                "film": ticket.session.film.title,
                "starts": order.cinema.local(ticket.session.start_datetime),
                "hall": ticket.session.hall.name,
                "seat": str(ticket.seat),
                "type": ticket.ticket_type.name,
                **_facts(ticket, "price status used_at".split()),
            }
            for ticket in order.tickets.all()
        ],
        "snacks": [
            {"item": each.concession_item.name, **_facts(each, "quantity unit_price status pickup_code".split())}
            for each in order.preorders.all()
        ],
        "payments": [
            {
                **_facts(payment, PAYMENT),
                "disputes": [_facts(each, "amount reason status heard_at".split()) for each in payment.disputes.all()],
            }
            for payment in order.payments.all()
        ],
        "refunds": [_facts(refund, REFUND) for refund in order.refunds.all()],
        "receipts": [
            {
                **_facts(receipt, RECEIPT),
                "lines": [_facts(line, "name quantity price vat".split()) for line in receipt.lines.all()],
            }
            for receipt in order.receipts.all()
        ],
        "history": [_facts(event, "from_status to_status at reason".split()) for event in order.events.all()],
    }


def _points(customer: Customer) -> dict[str, Any] | None:
    account = BonusAccount.objects.filter(user=customer.user).first() if customer.user else None
    if account is None:
        return None
    entries = account.transactions.order_by("pk").select_related("order")
    return {
        **_facts(account, "balance owed last_accrual_date".split()),
        "movements": [
            {
                "order": entry.order.number if entry.order else "",
                **_facts(entry, "transaction_type amount transaction_date description".split()),
            }
            for entry in entries
        ],
    }


def _facts(row: Model, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
