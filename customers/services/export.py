"""Exports all personal data held about one customer (subject access request)."""

from datetime import datetime
from typing import Any

from axes.models import AccessAttempt

from accounts.services import export_consents, facts_of, rows_about_customer
from allocations.services import is_of_one_guest
from bonuses.services import points_of_customer
from customers.services.customer import Customer
from orders.models import Order, Promocode
from payments.services import payments_of_order

ORDER = "number status channel language email phone created_at paid_at completed_at cancelled_at refunded_at".split()
ORDER += "total_amount discount_amount bonus_amount final_amount".split()


def export_customer_data(customer: Customer, *, at: datetime) -> dict[str, Any]:
    """Everything stored about one customer, ready to be written as JSON, except secret links of orders and codes of
    vouchers and batches, since such a file may be passed on. A constant number of queries. Reads only.
    """
    orders = list(
        customer.orders()
        .select_related(
            "cinema",
            "promocode__printed_voucher",
            "promocode__instead_of_money",
            "promocode__of_batch",
            "group_order__booking",
        )
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
    counted = [] if customer.only else [order.pk for order in orders]  # figures of a guest are of all with the address
    attempts = AccessAttempt.objects.filter(username__in=names)
    return {
        "asked_at": at,
        "account": facts_of(user, "email first_name last_name phone preferred_language date_joined last_login".split())
        if user
        else None,
        "orders": [_order(order) for order in orders],
        "points": points_of_customer(user) if user else None,
        "messages": [
            facts_of(message, "kind recipient language status created_at sent_at".split())
            for message in customer.messages(orders)
        ],
        "marketing_consents": export_consents(names, user=user, orders=[order.pk for order in orders]),
        "figures": rows_about_customer(user=user, orders=counted),
        "failed_log_ins": [facts_of(each, "attempt_time ip_address user_agent".split()) for each in attempts],
    }


def _open_code(promocode: Promocode | None) -> str:
    """The code, unless it is one guest's."""
    return "" if promocode is None or is_of_one_guest(promocode) else promocode.code


def _order(order: Order) -> dict[str, Any]:
    return {
        "cinema": order.cinema.name,
        **facts_of(order, ORDER),
        "promocode": _open_code(order.promocode),
        "tickets": [
            {
                "film": ticket.session.film.title,
                "starts": order.cinema.local(ticket.session.start_datetime),
                "hall": ticket.session.hall.name,
                "seat": str(ticket.seat),
                "type": ticket.ticket_type.name,
                **facts_of(ticket, "price status used_at".split()),
            }
            for ticket in order.tickets.all()
        ],
        "snacks": [
            {"item": each.concession_item.name, **facts_of(each, "quantity unit_price status".split())}
            for each in order.preorders.all()
        ],
        **payments_of_order(order),
        "group": facts_of(order.group_order.booking, ["contact", "payer"]) if hasattr(order, "group_order") else None,
        "history": [facts_of(event, "from_status to_status at reason".split()) for event in order.events.all()],
    }
