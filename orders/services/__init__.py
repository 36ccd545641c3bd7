from orders.services.admission import check_in, undo_check_in
from orders.services.archiving import archive
from orders.services.bar import collect, expire_uncollected, make_ready
from orders.services.by_hand import mark_paid_out, record_uncertain_payment, resolve_payment
from orders.services.cancellation import CancelReason, cancel, cancel_by_customer, cancel_expired, cancel_locked
from orders.services.claiming import claim_guest_orders
from orders.services.completion import complete
from orders.services.customers import Customer
from orders.services.disclosing import export_customer_data
from orders.services.earning import accrue
from orders.services.extending import extend
from orders.services.forgetting import erase_customer
from orders.services.hearing import handle_gateway_event
from orders.services.holding import hold
from orders.services.overdue import mark_overdue, remind_to_pay
from orders.services.paying import (
    CustomerPaymentState,
    Started,
    customer_payment_state,
    is_payable,
    settle_payment,
    start_payment,
)
from orders.services.payment import mark_paid
from orders.services.points_expiry import expire_points, warn_of_expiry
from orders.services.receipting import (
    receipt_refunds,
    receipt_sales,
    receipt_settlements,
    send_receipt_again,
    send_receipts,
)
from orders.services.reconciling import reconcile
from orders.services.refunding import RefundPreview, preview_refund, process_refunds, record_refund, refund
from orders.services.reminding import remind
from orders.services.self_refund import TooLateToRefund, refund_by_customer, refundable_by_customer
from orders.services.sending_refunds import send_again, send_refunds
from orders.services.session_refunds import refund_cancelled_sessions
from orders.services.ticket_codes import UnknownCode, code_of, ticket_of

__all__ = [
    "CancelReason",
    "Customer",
    "CustomerPaymentState",
    "RefundPreview",
    "Started",
    "TooLateToRefund",
    "UnknownCode",
    "accrue",
    "archive",
    "cancel",
    "cancel_by_customer",
    "cancel_expired",
    "cancel_locked",
    "check_in",
    "claim_guest_orders",
    "code_of",
    "collect",
    "complete",
    "customer_payment_state",
    "erase_customer",
    "expire_points",
    "expire_uncollected",
    "export_customer_data",
    "extend",
    "handle_gateway_event",
    "hold",
    "is_payable",
    "make_ready",
    "mark_overdue",
    "mark_paid",
    "mark_paid_out",
    "preview_refund",
    "process_refunds",
    "receipt_refunds",
    "receipt_sales",
    "receipt_settlements",
    "reconcile",
    "record_refund",
    "record_uncertain_payment",
    "refund",
    "refund_by_customer",
    "refund_cancelled_sessions",
    "refundable_by_customer",
    "remind",
    "remind_to_pay",
    "resolve_payment",
    "send_again",
    "send_receipt_again",
    "send_receipts",
    "send_refunds",
    "settle_payment",
    "start_payment",
    "ticket_of",
    "undo_check_in",
    "warn_of_expiry",
]
