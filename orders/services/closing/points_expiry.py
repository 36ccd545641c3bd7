"""Which points expire after a long time without new ones. `bonuses.services` warns of it first, and expires them."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from bonuses.models import BonusAccount
from house_rules.rules import rules
from orders.models import Order


def to_expire(at: datetime) -> QuerySet[BonusAccount]:
    """Accounts without new points for more than `BONUS_VALIDITY`; one with points still to be credited keeps all."""
    coming = Order.objects.to_accrue(at).filter(user=OuterRef("user"))
    return BonusAccount.objects.unused_since(at - rules().bonus_validity).filter(~Exists(coming))
