from film_hire.services.agreed_shows import agree, agreed_shows
from film_hire.services.expected_hire import ExpectedHire
from film_hire.services.gross import days_to_report, report_locked, send_gross
from film_hire.services.sending import addresses_of, send, send_locked
from film_hire.services.settling import latest_closed, recount, settle_locked, weeks_to_settle
from film_hire.services.what_if import Trial, apply_terms, try_terms

__all__ = [
    "ExpectedHire",
    "Trial",
    "addresses_of",
    "agree",
    "agreed_shows",
    "apply_terms",
    "days_to_report",
    "latest_closed",
    "recount",
    "report_locked",
    "send",
    "send_gross",
    "send_locked",
    "settle_locked",
    "try_terms",
    "weeks_to_settle",
]
