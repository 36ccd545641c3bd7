from accounts.models.consents import MarketingConsent
from accounts.models.devices import Device, Pin
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
    "Device",
    "LimitUse",
    "MarketingConsent",
    "Pin",
    "RecoveryCode",
    "User",
    "default_language",
    "normalise_email",
]
