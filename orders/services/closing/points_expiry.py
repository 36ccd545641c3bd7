"""Points that nobody used for long: a warning first, then they lapse."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import get_default_timezone

from bonuses.models import BonusAccount
from bonuses.services import expire
from notifications.models import Kind
from notifications.services import Message, queue
from orders.models import Order


def to_expire(at: datetime) -> QuerySet[BonusAccount]:
    """Accounts without a credit for more than `BONUS_VALIDITY`; one with points still to be credited keeps all."""
    coming = Order.objects.to_accrue(at).filter(user=OuterRef("user"))
    return BonusAccount.objects.unused_since(at - settings.BONUS_VALIDITY).filter(~Exists(coming))


def to_warn(at: datetime) -> QuerySet[BonusAccount]:
    """Accounts whose points lapse within `BONUS_WARNING`, and whose owner has not been told since the last credit."""
    ahead = settings.BONUS_VALIDITY - settings.BONUS_WARNING
    return BonusAccount.objects.unused_since(at - ahead).filter(
        expiry_warned_at__isnull=True, last_accrual_date__gte=at - settings.BONUS_VALIDITY
    )


def expire_points(accounts: Iterable[BonusAccount], *, at: datetime) -> None:
    """Let whole balances lapse. A constant number of queries."""
    with transaction.atomic():
        expire(accounts, at=at)


def warn_of_expiry(accounts: Iterable[BonusAccount], *, at: datetime) -> None:
    """Tell customers, once a credit, when their points will lapse, and how many. A constant number of queries."""
    with transaction.atomic():
        keys = [account.pk for account in accounts]
        rows = (
            BonusAccount.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk__in=keys, user__is_active=True)
            .order_by("pk")
            .values_list("pk", "balance", "last_accrual_date", "user__email", "user__preferred_language")
        )
        told = [
            _warning(account, balance, credited, email, language)
            for account, balance, credited, email, language in rows
            if credited
        ]
        BonusAccount.objects.filter(pk__in=keys, expiry_warned_at__isnull=True).update(expiry_warned_at=at)
        queue(told, at=at)


def _warning(account: int, balance: int, credited: datetime, email: str, language: str) -> Message:
    expires = credited + settings.BONUS_VALIDITY
    return Message(
        kind=Kind.POINTS_EXPIRING,
        recipient=email,
        occasion=f"{account} {credited.isoformat()}",
        language=language,
        context={"points": balance, "expires": expires.astimezone(get_default_timezone()).isoformat()},
        not_after=expires,
    )
