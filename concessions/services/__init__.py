from concessions.services.low_stock import alert_low_stock, forget_low_stock
from concessions.services.stock import count, receive, write_off

__all__ = ["alert_low_stock", "count", "forget_low_stock", "receive", "write_off"]
