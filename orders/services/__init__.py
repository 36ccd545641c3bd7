from orders.services.admission import check_in, undo_check_in
from orders.services.archiving import archive
from orders.services.bar import collect, expire_uncollected, make_ready
from orders.services.cancellation import CancelReason, cancel, cancel_expired, cancel_locked
from orders.services.completion import complete
from orders.services.earning import accrue
from orders.services.extending import extend
from orders.services.holding import hold
from orders.services.overdue import become_overdue, remind_to_pay
from orders.services.paying import Standing, Started, how_it_stands, is_payable, settle_payment, start_payment
from orders.services.payment import mark_paid
from orders.services.points_expiry import expire_points, warn_of_expiry
from orders.services.refunding import Outcome, process_refunds, record_refund, refund, what_refund_gives
from orders.services.reminding import remind
from orders.services.session_refunds import refund_cancelled_sessions

__all__ = [
    "CancelReason",
    "Outcome",
    "Standing",
    "Started",
    "accrue",
    "archive",
    "become_overdue",
    "cancel",
    "cancel_expired",
    "cancel_locked",
    "check_in",
    "collect",
    "complete",
    "expire_points",
    "expire_uncollected",
    "extend",
    "hold",
    "how_it_stands",
    "is_payable",
    "make_ready",
    "mark_paid",
    "process_refunds",
    "record_refund",
    "refund",
    "refund_cancelled_sessions",
    "remind",
    "remind_to_pay",
    "settle_payment",
    "start_payment",
    "undo_check_in",
    "warn_of_expiry",
    "what_refund_gives",
]
