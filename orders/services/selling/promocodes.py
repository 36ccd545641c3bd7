"""Uses of promo codes: taken when an order is held, returned when it is cancelled unpaid, counted in the database."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Q
from django.utils.translation import gettext as _

from cinema.db_functions import PerRowDelta
from cinema.money import ZERO, format_money, rounded
from orders.errors import PromocodeNotForOrder, PromocodeNotValid, PromocodeUnknown, PromocodeUsedUp
from orders.models import OnlineHold, Order, Promocode
from screenings.models import Cinema, Session


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


def discounted_parts(
    promocode: Promocode | None,
    *,
    cinema: Cinema,
    tickets: Iterable[tuple[Session, Decimal]],
    snacks: Iterable[Decimal] = (),
) -> list[Decimal]:
    """What each ticket, and then each line of snacks, adds to the amount that the discount is counted on.

    A code for a film or for some days is for tickets of such screenings, and for the snacks bought with them. Raises
    `PromocodeNotForOrder`. One query if it is refused for its cinema. Reads only.
    """
    tickets, snacks = list(tickets), list(snacks)
    if promocode is None:
        return [*(amount for _session, amount in tickets), *snacks]
    if promocode.cinema_id not in (None, cinema.pk) and promocode.cinema:
        raise PromocodeNotForOrder(
            _("The promo code “%(code)s” is for another cinema: %(cinema)s. Remove it or enter another one.")
            % {"code": promocode, "cinema": promocode.cinema.shown.name}
        )
    parts = [amount if _is_for(promocode, session, cinema) else ZERO for session, amount in tickets]
    if (promocode.film_id or promocode.weekdays) and not any(
        _is_for(promocode, each, cinema) for each, _sum in tickets
    ):
        raise PromocodeNotForOrder(
            _("The promo code “%(code)s” isn’t for this screening. Remove it or choose another screening.")
            % {"code": promocode}
        )
    least, total = promocode.least_total or ZERO, sum((amount for _session, amount in tickets), sum(snacks, ZERO))
    if total < least:
        raise PromocodeNotForOrder(
            _("The promo code “%(code)s” is for orders from %(least)s, and this one costs %(total)s.")
            % {"code": promocode, "least": format_money(least), "total": format_money(total)}
        )
    return [*parts, *(ZERO if promocode.tickets_only else amount for amount in snacks)]


def _is_for(promocode: Promocode, session: Session, cinema: Cinema) -> bool:
    day = str(cinema.business_date(session.start_datetime).weekday())
    return promocode.film_id in (None, session.film_id) and (not promocode.weekdays or day in promocode.weekdays)


def discount(promocode: Promocode | None, total: Decimal) -> Decimal:
    """The discount on `total`: its percentage, rounded half up, or its amount; never more than the total."""
    if promocode is None:
        return ZERO
    percent = rounded(total * (promocode.discount_percent or 0) / 100)
    return min(percent + (promocode.discount_amount or ZERO), total)


def take_use(promocode: Promocode, order: Order) -> None:
    """Count one more order, inside a transaction. Raises `PromocodeRefused` when the limit is reached, or when it is
    for one order of each customer and this is another one.
    """
    taken = Promocode.objects.filter(pk=promocode.pk, used_count__lt=F("max_uses")).update(
        used_count=F("used_count") + 1
    )
    if not taken:
        raise PromocodeUsedUp(
            _("The promo code “%(code)s” has reached its limit. Remove it or enter another one.") % {"code": promocode}
        )
    if promocode.once_per_customer:  # the row is locked now: of two orders at once the later one sees the earlier
        _refuse_second_use(promocode, order)


def _refuse_second_use(promocode: Promocode, order: Order) -> None:
    if not (order.user_id or order.email):
        raise PromocodeNotForOrder(
            _("The promo code “%(code)s” is for one order of each customer: enter the customer first.")
            % {"code": promocode}
        )
    whose = Q(user=order.user_id)
    if not order.user_id:  # anybody can type anybody's address
        browser = OnlineHold.objects.filter(order=order).values("visitor")
        whose = Q(email=order.email) & (~Q(status__in=Order.UNPAID) | Q(online_hold__visitor__in=browser))
    used = Order.objects.filter(whose, promocode=promocode).exclude(status=Order.Status.CANCELLED)
    if used.exclude(pk=order.pk).exists():
        raise PromocodeNotForOrder(
            _("You’ve already used the promo code “%(code)s”. Remove it or enter another one.") % {"code": promocode}
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
