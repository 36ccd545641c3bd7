from django.db import models
from django.utils.translation import gettext_lazy as _

from cinema.validators import clean_reason


class Reason(models.TextChoices):
    """Reasons of changes that the system made: stored as a code, shown as a label."""

    EXPIRED = "EXPIRED", _("Not paid in time")
    CUSTOMER = "CUSTOMER", _("Cancelled by the customer")
    CHANGED = "CHANGED", _("Replaced by another order from the same customer")
    BY_CUSTOMER = "BY_CUSTOMER", _("Refunded by the customer")
    STAFF = "STAFF", _("Cancelled by staff")
    SESSION_CANCELLED = "SESSION_CANCELLED", _("Screening cancelled")
    SESSION_MOVED = "SESSION_MOVED", _("Screening moved, and no seat left")
    VOUCHER = "VOUCHER", _("Voucher instead of the money")
    LATE_MONEY = "LATE_MONEY", _("Paid after cancellation")
    NOT_COLLECTED = "NOT_COLLECTED", _("Snacks not collected")
    MARKED_REFUNDED = "MARKED_REFUNDED", _("Marked as refunded")
    MONEY_RETURNED = "MONEY_RETURNED", _("Payment couldn’t be applied to the order")


def written(reason: str) -> str:
    """`clean_reason`, with a full stop if somebody has written what reads like a code: only the system writes those."""
    clean = clean_reason(reason)
    return f"{clean}." if clean in Reason.values and not isinstance(reason, Reason) else clean


def reason_label(reason: str) -> str:
    """The label of a code in the reader's language; a reason that a person wrote is returned unchanged."""
    return str(Reason(reason).label) if reason in Reason.values else reason
