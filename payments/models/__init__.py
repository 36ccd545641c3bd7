from payments.models.demo import DemoCharge, DemoRefund
from payments.models.money import BY_HAND, Gateway, GatewayEvent, Payment, Refund

__all__ = ["BY_HAND", "DemoCharge", "DemoRefund", "Gateway", "GatewayEvent", "Payment", "Refund"]
