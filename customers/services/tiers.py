"""The levels of customers, by what they spent in a rolling year.

Spent is what was paid for orders of the last `YEAR` whose screenings are over, by any other way than a gift card, less
all refunds of it: what could still be returned gives no level. Orders of groups do not count. An account gains a level
when the points of the order that reached it are credited; they still count at the level before. Once it has spent less
than its level asks for, it keeps it until the end of that month, and its owner is warned: the work of the night.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.utils.timezone import get_default_timezone

from accounts.models import User
from bonuses.models import BonusAccount, Tier
from cinema.money import ZERO, MoneyField
from house_rules.translated import text_in
from notifications.models import MessageKind
from notifications.services import Message, queue
from orders.models import Order
from payments.models import Gateway, Payment, Refund

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Standing:
    """What a customer has spent, and the levels from the lowest. `tier` is kept `until`, if it is to be lost."""

    spent: Decimal
    tier: Tier | None
    until: datetime | None
    tiers: Sequence[Tier]

    @property
    def next(self) -> Tier | None:
        """The next level to reach."""
        return next((each for each in self.tiers if each.threshold > self.spent), None)

    @property
    def last_day(self) -> datetime | None:
        """The last moment of the level that is to be lost."""
        return self.until - timedelta(seconds=1) if self.until else None

    @property
    def missing_to_keep(self) -> Decimal:
        """What is still to be spent to keep the level."""
        return max(self.tier.threshold - self.spent, ZERO) if self.tier else ZERO

    @property
    def missing(self) -> Decimal:
        """What is still to be spent for the next level."""
        return self.next.threshold - self.spent if self.next else ZERO


def standing_of(user: User, *, at: datetime) -> Standing | None:
    """None while there are no levels. At most four queries. Reads only."""
    tiers = list(Tier.objects.filter(is_active=True))
    account = BonusAccount.objects.filter(user=user).select_related("tier").first()
    if not tiers and not (account and account.tier):
        return None
    paid, back = (rows.aggregate(sum=Sum("amount", default=ZERO))["sum"] for rows in _money_of(user.pk, at=at))
    tier, until = (account.tier, account.tier_until) if account else (None, None)
    return Standing(paid - back, tier, until, tiers)


def to_update(at: datetime) -> QuerySet[BonusAccount]:
    """Accounts that gain a level, are to lose one, lose it, or keep it after all. With `spent`, `reached` (the primary
    key of the tier) and `held_from`.
    """
    paid, back = (
        Coalesce(Subquery(rows.order_by().values("order__user").annotate(sum=Sum("amount")).values("sum")), _NOTHING)
        for rows in _money_of(OuterRef("user"), at=at)
    )
    spent = ExpressionWrapper(paid - back, output_field=MoneyField())
    accounts = BonusAccount.objects.annotate(spent=spent)
    reached = Tier.objects.filter(is_active=True, threshold__lte=OuterRef("spent")).order_by("-threshold")
    compared = accounts.annotate(
        reached=Subquery(reached.values("pk")[:1]),
        reached_from=Coalesce(Subquery(reached.values("threshold")[:1]), _NOTHING),
        held_from=Coalesce(F("tier__threshold"), _NOTHING),
    )
    loses = Q(reached_from__lt=F("held_from"))
    return compared.filter(
        Q(reached_from__gt=F("held_from"))
        | (loses & (Q(tier_until=None) | Q(tier_until__lte=at)))
        | (~loses & Q(tier_until__isnull=False))
    )


_NOTHING = Value(ZERO, output_field=MoneyField())


def _money_of(user: Any, *, at: datetime) -> tuple[QuerySet[Payment], QuerySet[Refund]]:
    """What the customer (primary key) paid for orders that count, and the refunds of it."""
    over: dict[str, Any] = {"order__user": user, "order__status": Order.Status.COMPLETED}
    theirs = {**over, "order__paid_at__gt": at - YEAR, "order__paid_at__lte": at}
    paid = Payment.objects.filter(**theirs, status=Payment.Status.SUCCEEDED).exclude(gateway=Gateway.GIFT_CARD)
    back = Refund.objects.filter(**theirs).exclude(payment__gateway=Gateway.GIFT_CARD)
    return paid.exclude(order__channel=Order.Channel.GROUP), back.exclude(order__channel=Order.Channel.GROUP)


def update_tiers_locked(accounts: Sequence[Any], *, at: datetime) -> None:
    """Give, keep or take away the levels of a job's batch of accounts, and warn of a loss.

    A constant number of queries. Must be called inside a transaction (the accounts are locked and were read afterwards,
    from `to_update`).
    """
    ends, tiers, warnings = end_of_month(at), Tier.objects.in_bulk(), []
    prefetch_related_objects(accounts, "user")
    for account in accounts:
        held = tiers.get(account.tier_id)
        if held and account.reached_from < account.held_from and account.tier_until is None:
            account.tier_until = ends
            if account.user.is_active:
                warnings.append(_warning(account, held))
        else:
            account.tier_id, account.tier_until = account.reached, None
    BonusAccount.objects.bulk_update(accounts, ["tier", "tier_until"])
    queue(warnings, at=at)


def raise_tiers_locked(users: Collection[int], *, at: datetime) -> None:
    """Give customers (primary keys) the level that they have reached, and let them keep one that was to be lost.

    A constant number of queries. Must be called inside a transaction (of their orders; the accounts are locked here).
    """
    accounts = BonusAccount.objects.filter(user__in=users).order_by("pk")
    list(accounts.select_for_update(no_key=True).values_list("pk"))
    due: QuerySet[Any] = to_update(at).filter(user__in=users)
    if reached := list(due.filter(reached_from__gte=F("held_from"))):
        update_tiers_locked(reached, at=at)


def end_of_month(at: datetime) -> datetime:
    """The first instant of the next month in `TIME_ZONE`. Reads only."""
    local = at.astimezone(get_default_timezone())
    month = local.year * 12 + local.month
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=local.tzinfo)


def _warning(account: Any, tier: Tier) -> Message:
    user = account.user
    last = (account.tier_until - timedelta(seconds=1)).astimezone(get_default_timezone())
    return Message(
        kind=MessageKind.TIER_ENDING,
        recipient=user.email,
        occasion=f"tier {tier.pk} of {account.pk} {last.isoformat()}",
        language=user.preferred_language,
        context={
            "tier": text_in(user.preferred_language, tier.texts, "name", tier.name),
            "spent": str(account.spent),
            "threshold": str(tier.threshold),
            "missing": str(tier.threshold - account.spent) if tier.is_active else "",  # or the level is given up
            "ends": last.isoformat(),
            "link": settings.SITE_URL,
        },
        not_after=account.tier_until,
    )
