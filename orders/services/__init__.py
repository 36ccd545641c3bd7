from orders.services.admission import check_in, undo_check_in
from orders.services.archiving import archive
from orders.services.bar import collect, expire_uncollected, make_ready
from orders.services.by_hand import clear_up, leave_open, pay_out
from orders.services.cancellation import CancelReason, cancel, cancel_expired, cancel_locked, give_up
from orders.services.claiming import claim_guest_orders
from orders.services.completion import complete
from orders.services.customers import Customer
from orders.services.disclosing import disclose
from orders.services.earning import accrue
from orders.services.extending import extend
from orders.services.forgetting import forget
from orders.services.hearing import hear_of
from orders.services.holding import hold
from orders.services.overdue import become_overdue, remind_to_pay
from orders.services.paying import Standing, Started, how_it_stands, is_payable, settle_payment, start_payment
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
from orders.services.refunding import Outcome, process_refunds, record_refund, refund, what_refund_gives
from orders.services.reminding import remind
from orders.services.self_refund import TooLateToRefund, refund_by_customer, refundable_by_customer
from orders.services.sending_refunds import send_again, send_refunds
from orders.services.session_refunds import refund_cancelled_sessions
from orders.services.ticket_codes import UnknownCode, code_of, ticket_of

__all__ = [
    "CancelReason",
    "Customer",
    "Outcome",
    "Standing",
    "Started",
    "TooLateToRefund",
    "UnknownCode",
    "accrue",
    "archive",
    "become_overdue",
    "cancel",
    "cancel_expired",
    "cancel_locked",
    "check_in",
    "claim_guest_orders",
    "clear_up",
    "code_of",
    "collect",
    "complete",
    "disclose",
    "expire_points",
    "expire_uncollected",
    "extend",
    "forget",
    "give_up",
    "hear_of",
    "hold",
    "how_it_stands",
    "is_payable",
    "leave_open",
    "make_ready",
    "mark_paid",
    "pay_out",
    "process_refunds",
    "receipt_refunds",
    "receipt_sales",
    "receipt_settlements",
    "reconcile",
    "record_refund",
    "refund",
    "refund_by_customer",
    "refund_cancelled_sessions",
    "refundable_by_customer",
    "remind",
    "remind_to_pay",
    "send_again",
    "send_receipt_again",
    "send_receipts",
    "send_refunds",
    "settle_payment",
    "start_payment",
    "ticket_of",
    "undo_check_in",
    "warn_of_expiry",
    "what_refund_gives",
]
