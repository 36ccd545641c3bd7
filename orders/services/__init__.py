from orders.services.closing.accrual import accrue, accrue_locked
from orders.services.closing.archiving import archive, archive_locked
from orders.services.closing.completion import complete, complete_locked
from orders.services.closing.points_expiry import expire_points, warn_of_expiry, warn_of_expiry_locked
from orders.services.customers.customer import Customer
from orders.services.customers.erasure import erase_customer
from orders.services.customers.export import export_customer_data
from orders.services.customers.guest_orders import claim_guest_orders
from orders.services.payments.events import handle_gateway_event
from orders.services.payments.gateway import (
    CustomerPaymentState,
    Started,
    customer_payment_state,
    is_payable,
    settle_payment,
    start_payment,
)
from orders.services.payments.manual import mark_paid_out, record_uncertain_payment, resolve_payment
from orders.services.payments.reconciliation import reconcile
from orders.services.payments.settlement import mark_paid
from orders.services.receipts.queue import (
    receipt_refunds,
    receipt_sales,
    receipt_settlements,
    send_receipt_again,
    send_receipts,
)
from orders.services.refunds.by_customer import TooLateToRefund, refund_by_customer, refundable_by_customer
from orders.services.refunds.by_session import refund_cancelled_sessions, refund_cancelled_sessions_locked
from orders.services.refunds.payouts import send_again, send_refunds
from orders.services.refunds.refund import (
    RefundPreview,
    preview_refund,
    process_refunds,
    process_refunds_locked,
    record_refund,
    refund,
)
from orders.services.selling.cancellation import CancelReason, cancel, cancel_by_customer, cancel_expired, cancel_locked
from orders.services.selling.extension import extend
from orders.services.selling.hold import hold
from orders.services.selling.online import Buyer, extend_online, hold_online, may_extend
from orders.services.selling.overdue import mark_overdue, mark_overdue_locked, remind_to_pay
from orders.services.visits.check_in import check_in, undo_check_in
from orders.services.visits.preorders import collect, expire_uncollected, expire_uncollected_locked, make_ready
from orders.services.visits.reminders import remind, remind_locked
from orders.services.visits.ticket_codes import UnknownCode, code_of, ticket_of

__all__ = [
    "Buyer",
    "CancelReason",
    "Customer",
    "CustomerPaymentState",
    "RefundPreview",
    "Started",
    "TooLateToRefund",
    "UnknownCode",
    "accrue",
    "accrue_locked",
    "archive",
    "archive_locked",
    "cancel",
    "cancel_by_customer",
    "cancel_expired",
    "cancel_locked",
    "check_in",
    "claim_guest_orders",
    "code_of",
    "collect",
    "complete",
    "complete_locked",
    "customer_payment_state",
    "erase_customer",
    "expire_points",
    "expire_uncollected",
    "expire_uncollected_locked",
    "export_customer_data",
    "extend",
    "extend_online",
    "handle_gateway_event",
    "hold",
    "hold_online",
    "is_payable",
    "make_ready",
    "mark_overdue",
    "mark_overdue_locked",
    "mark_paid",
    "mark_paid_out",
    "may_extend",
    "preview_refund",
    "process_refunds",
    "process_refunds_locked",
    "receipt_refunds",
    "receipt_sales",
    "receipt_settlements",
    "reconcile",
    "record_refund",
    "record_uncertain_payment",
    "refund",
    "refund_by_customer",
    "refund_cancelled_sessions",
    "refund_cancelled_sessions_locked",
    "refundable_by_customer",
    "remind",
    "remind_locked",
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
    "warn_of_expiry_locked",
]
