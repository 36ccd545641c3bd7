"""Settings of fiscal receipts, which `cinema.settings` takes over as its own."""

import json
from typing import Any

from cinema.environment import env, exit_with_error

__all__ = [
    "ATOL_ACCOUNTS",
    "ATOL_API",
    "ATOL_PAUSE",
    "ATOL_VERSION",
    "CALCULATED_VAT",
    "RECEIPT_EMAIL",
    "RECEIPT_SENDER",
    "YOOKASSA_RECEIPTS",
]

ATOL = "payments.fiscal.atol.AtolOnline"

RECEIPT_SENDER = env.str("RECEIPT_SENDER", default="payments.fiscal.Console")
RECEIPT_EMAIL = env.str("RECEIPT_EMAIL", default="")  # gets the receipts of customers without an e-mail address
YOOKASSA_RECEIPTS = env.bool("YOOKASSA_RECEIPTS", default=False)  # whether YooKassa registers the fiscal receipts
#: Whether a prepayment is taxed at a calculated rate, such as 22/122, in place of 22 %.
CALCULATED_VAT = env.bool("CALCULATED_VAT", default=False)

# ATOL Online: the version of its protocol, and the account of each legal entity by its INN (docs/connections.md).
ATOL_API = env.str("ATOL_API", default="https://online.atol.ru/possystem")
ATOL_VERSION = env.str("ATOL_VERSION", default="v5")  # v4: FFD 1.05, v5: FFD 1.2
ATOL_PAUSE = 1.0  # seconds between questions about results: more often is forbidden


def _accounts(text: str) -> dict[str, dict[str, str]]:
    try:
        found: Any = json.loads(text or "{}")
        return {
            inn: {key: str(account[key]) for key in ("login", "password", "group")} for inn, account in found.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        exit_with_error(
            'ATOL_ACCOUNTS cannot be read; write {"INN": {"login": "…", "password": "…", "group": "…"}} on one line'
        )


ATOL_ACCOUNTS = _accounts(env.str("ATOL_ACCOUNTS", default=""))
if ATOL_VERSION not in ("v4", "v5"):
    exit_with_error(f"ATOL_VERSION: {ATOL_VERSION} is no version of the protocol; write v4 or v5")
if RECEIPT_SENDER == ATOL and not (ATOL_ACCOUNTS and RECEIPT_EMAIL):
    exit_with_error("RECEIPT_SENDER names ATOL Online, which needs ATOL_ACCOUNTS and RECEIPT_EMAIL: set them")
