"""E-mails that warn customers before their points expire."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.timezone import get_default_timezone

from bonuses.models import BonusAccount
from house_rules.rules import rules
from house_rules.scope import rules_scope
from notifications.models import MessageKind
from notifications.services import Message, queue


def warn_of_expiry(accounts: Iterable[BonusAccount], *, at: datetime) -> None:
    """Tell customers, once for each date, how many points will expire and when. A constant number of queries.

    Owns its transaction.
    """
    with transaction.atomic():
        rows = BonusAccount.objects.filter(pk__in=[account.pk for account in accounts])
        warn_of_expiry_locked(list(rows.select_for_update(of=("self",), no_key=True).order_by("pk")), at=at)


@rules_scope()
def warn_of_expiry_locked(accounts: Sequence[BonusAccount], *, at: datetime) -> None:
    """Warn the owners of a job's batch of accounts; see `warn_of_expiry`.

    Must be called inside a transaction (the accounts are locked and were read afterwards).
    """
    prefetch_related_objects(accounts, "user")
    messages = [_warning(account) for account in accounts if account.last_accrual_date and account.user.is_active]
    keys = [account.pk for account in accounts]
    BonusAccount.objects.filter(pk__in=keys, expiry_warned_at__isnull=True).update(expiry_warned_at=at)
    queue(messages, at=at)


def _warning(account: BonusAccount) -> Message:
    credited = account.last_accrual_date
    assert credited is not None
    expires = credited + rules().bonus_validity
    return Message(
        kind=MessageKind.POINTS_EXPIRING,
        recipient=account.user.email,
        occasion=f"{account.pk} {credited.isoformat()}",
        language=account.user.preferred_language,
        context={
            "points": account.balance,
            "expires": expires.astimezone(get_default_timezone()).isoformat(),
            "link": settings.SITE_URL,
        },
        not_after=expires,
    )
