from concessions.services.low_stock import alert_low_stock, forget_low_stock
from concessions.services.reordering import order_up, put_on_sale, take_off_sale
from concessions.services.stock import count, last_by_staff, on_the_shelf_for_customers, receive, write_off

__all__ = [
    "alert_low_stock",
    "count",
    "forget_low_stock",
    "last_by_staff",
    "on_the_shelf_for_customers",
    "order_up",
    "put_on_sale",
    "receive",
    "take_off_sale",
    "write_off",
]
