from accounts.models.consents import MarketingConsent
from accounts.models.users import (
    AccountChange,
    Approval,
    Attempt,
    LimitUse,
    RecoveryCode,
    User,
    default_language,
    normalise_email,
)

__all__ = [
    "AccountChange",
    "Approval",
    "Attempt",
    "LimitUse",
    "MarketingConsent",
    "RecoveryCode",
    "User",
    "default_language",
    "normalise_email",
]
