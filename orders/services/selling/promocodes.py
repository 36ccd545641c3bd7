"""Uses of promo codes: taken when an order is held, returned when it is cancelled unpaid, counted in the database."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext as _

from cinema.db_functions import PerRowDelta
from cinema.money import ZERO, rounded
from orders.errors import PromocodeNotValid, PromocodeUnknown, PromocodeUsedUp
from orders.models import Order, Promocode


def find_promocode(code: str | Promocode, *, at: datetime) -> Promocode:
    """The promo code, found by its code in any case, if it is valid at `at`. Raises `PromocodeRefused`."""
    name = str(code).replace("\x00", "").strip()[:40]  # PostgreSQL cannot store or search for NUL
    promocode = Promocode.objects.filter(code__in={name, name.upper()}).first()
    if promocode is None:
        raise PromocodeUnknown(_("There is no promo code “%(code)s”. Check the spelling.") % {"code": name})
    too_early = promocode.valid_from is not None and at < promocode.valid_from
    too_late = promocode.valid_until is not None and at >= promocode.valid_until
    if not promocode.is_active or too_early or too_late:
        raise PromocodeNotValid(
            _("The promo code “%(code)s” isn’t valid right now. Remove it or enter another one.") % {"code": promocode}
        )
    return promocode


def discount(promocode: Promocode | None, total: Decimal) -> Decimal:
    """The discount on `total`: its percentage, rounded half up, or its amount; never more than the total."""
    if promocode is None:
        return ZERO
    percent = rounded(total * (promocode.discount_percent or 0) / 100)
    return min(percent + (promocode.discount_amount or ZERO), total)


def take_use(promocode: Promocode) -> None:
    """Count one more order, inside a transaction. Raises `PromocodeRefused` when the limit is reached."""
    taken = Promocode.objects.filter(pk=promocode.pk, used_count__lt=F("max_uses")).update(
        used_count=F("used_count") + 1
    )
    if not taken:
        raise PromocodeUsedUp(
            _("The promo code “%(code)s” has reached its limit. Remove it or enter another one.") % {"code": promocode}
        )


def lock_promocodes(keys: Iterable[int]) -> None:
    """Lock promo codes whose uses are returned and taken in the same transaction."""
    rows = Promocode.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk")
    list(rows.values_list("pk"))


def give_back_uses(orders: Iterable[Order]) -> None:
    """Subtract one use for each order with a promo code. At most two queries."""
    uses = Counter(order.promocode_id for order in orders if order.promocode_id is not None)
    if not uses:
        return
    rows = Promocode.objects.filter(pk__in=uses.keys())
    list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    rows.update(used_count=F("used_count") - PerRowDelta(uses))
