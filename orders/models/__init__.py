"""Orders and tickets: tables, allowed transitions, constraints, and querysets of what is due."""

from orders.models.changes import OrderChange
from orders.models.codes import ORDER_NUMBER, PICKUP_CODE, new_number, new_pickup_code, new_token
from orders.models.online_holds import OnlineHold
from orders.models.orders import Order, OrderEvent, OrderLine, OverdueOrder
from orders.models.promocodes import Promocode
from orders.models.tickets import RefundLine, Scan, Ticket

__all__ = [
    "ORDER_NUMBER",
    "PICKUP_CODE",
    "OnlineHold",
    "Order",
    "OrderChange",
    "OrderEvent",
    "OrderLine",
    "OverdueOrder",
    "Promocode",
    "RefundLine",
    "Scan",
    "Ticket",
    "new_number",
    "new_pickup_code",
    "new_token",
]
