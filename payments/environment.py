"""Settings of the currency, of gateways and of fiscal receipts, which `cinema.settings` takes over as its own."""

import json
from typing import Any

from cinema.environment import env, exit_with_error
from payments.currencies import TWO_DECIMAL_CURRENCIES

__all__ = [
    "ATOL_ACCOUNTS",
    "ATOL_API",
    "ATOL_PAUSE",
    "ATOL_VERSION",
    "CALCULATED_VAT",
    "CURRENCY",
    "GATEWAY_CLASSES",
    "RECEIPT_EMAIL",
    "RECEIPT_SENDER",
    "REQUIRED_KEYS",
    "STRIPE_API",
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "YOOKASSA_API",
    "YOOKASSA_NETWORKS",
    "YOOKASSA_RECEIPTS",
    "YOOKASSA_SECRET_KEY",
    "YOOKASSA_SHOP_ID",
]

# --- Gateways (docs/payments.md lists what each needs)

CURRENCY = env.str("CURRENCY", default="RUB")  # one per installation
if CURRENCY not in TWO_DECIMAL_CURRENCIES:
    exit_with_error(
        f"CURRENCY: {CURRENCY} is not a currency with two decimal places; write its ISO 4217 code in capitals, like EUR"
    )

STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default="")
STRIPE_API = env.str("STRIPE_API", default="")  # empty: Stripe's own address
YOOKASSA_SHOP_ID = env.str("YOOKASSA_SHOP_ID", default="")
YOOKASSA_SECRET_KEY = env.str("YOOKASSA_SECRET_KEY", default="")
YOOKASSA_API = env.str("YOOKASSA_API", default="https://api.yookassa.ru/v3")
YOOKASSA_NETWORKS = env.list(  # the published addresses that its webhooks come from
    "YOOKASSA_NETWORKS",
    default="185.71.76.0/27 185.71.77.0/27 77.75.153.0/25 77.75.154.128/25 77.75.156.11/32 77.75.156.35/32"
    " 2a02:5180::/32".split(),
)
GATEWAY_CLASSES = {  # by the code stored in `Payment.gateway`
    "cash": "payments.gateways.cash.Cash",
    "card_terminal": "payments.gateways.card_terminal.CardTerminal",
    "account": "payments.gateways.account.Account",
    "gift_card": "payments.gateways.gift_card.GiftCards",
    "bank_transfer": "payments.gateways.bank_transfer.BankTransfer",
    "stripe": "payments.gateways.stripe.Stripe",
    "yookassa": "payments.gateways.yookassa.YooKassa",
}
REQUIRED_KEYS: dict[str, list[str]] = {  # settings that each gateway for customers needs
    "demo": [],
    "stripe": ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"],
    "yookassa": ["YOOKASSA_SHOP_ID", "YOOKASSA_SECRET_KEY"],
}

# --- Fiscal receipts

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
