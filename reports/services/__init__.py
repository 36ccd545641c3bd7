from reports.services.closing import close_locked
from reports.services.days import open_days
from reports.services.differences import settle
from reports.services.engagement import open_engagement, refresh_locked
from reports.services.fetching import fetch_payouts, unknown_payouts
from reports.services.mailings import begin, prepare, recipients_who_see, repeat_locked, send_failed_again, send_locked
from reports.services.payouts import clarify, read_payouts
from reports.services.rebuilding import mark_wrong_days, rebuild, wrong_days
from reports.services.report_files import ask, ask_again, build, forget, may_have, open_file, own_files
from reports.services.session_figures import count_locked

__all__ = [
    "ask",
    "ask_again",
    "begin",
    "build",
    "clarify",
    "close_locked",
    "count_locked",
    "fetch_payouts",
    "forget",
    "mark_wrong_days",
    "may_have",
    "open_days",
    "open_engagement",
    "open_file",
    "own_files",
    "prepare",
    "read_payouts",
    "rebuild",
    "recipients_who_see",
    "refresh_locked",
    "repeat_locked",
    "send_failed_again",
    "send_locked",
    "settle",
    "unknown_payouts",
    "wrong_days",
]
