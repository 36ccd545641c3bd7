from reports.services.closing import close_locked
from reports.services.days import open_days
from reports.services.differences import settle
from reports.services.payouts import clarify, read_payouts
from reports.services.rebuilding import mark_wrong_days, rebuild, wrong_days
from reports.services.session_figures import count_locked

__all__ = [
    "clarify",
    "close_locked",
    "count_locked",
    "mark_wrong_days",
    "open_days",
    "read_payouts",
    "rebuild",
    "settle",
    "wrong_days",
]
