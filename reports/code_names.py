"""What staff read of promo codes."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from cinema.money import ZERO, format_money
from orders.models import Promocode


def code_names(keys: Collection[int]) -> dict[int, str]:
    """The promo codes with these primary keys as pages and reports show them. One query. Reads only.

    Of a voucher only the amount: its code is money to whoever reads it, and belongs to one guest.
    """
    rows = Promocode.objects.filter(pk__in=keys).values_list("pk", "code", "discount_amount", "voucher")
    return {
        pk: code if voucher is None else _("Voucher, %(amount)s") % {"amount": format_money(amount or ZERO)}
        for pk, code, amount, voucher in rows
    }
