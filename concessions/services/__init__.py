from concessions.services.dividing import divide
from concessions.services.expected_use import ExpectedUse, expect_use
from concessions.services.low_stock import alert_low_stock, reset_low_stock_alerts
from concessions.services.recipes import available
from concessions.services.reordering import put_on_sale, record_supplier_order, take_off_sale
from concessions.services.stock import (
    count,
    last_staff_movement,
    receive,
    recipe_of,
    reserved_on_shelf,
    set_cost,
    write_off,
)

__all__ = [
    "ExpectedUse",
    "alert_low_stock",
    "available",
    "count",
    "divide",
    "expect_use",
    "last_staff_movement",
    "put_on_sale",
    "receive",
    "recipe_of",
    "record_supplier_order",
    "reserved_on_shelf",
    "reset_low_stock_alerts",
    "set_cost",
    "take_off_sale",
    "write_off",
]
