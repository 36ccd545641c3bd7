"""What staff read of promo codes."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from cinema.money import ZERO, format_money
from orders.models import Promocode


def code_names(keys: Collection[int]) -> dict[int, str]:
    """The promo codes with these primary keys as pages and reports show them. One query. Reads only.

    Of a voucher only the amount, and of a batch its name: such a code is money to whoever reads it, and works again
    once its order has lapsed.
    """
    about = ("pk", "code", "discount_amount", "printed_voucher", "instead_of_money", "of_batch__batch__name")
    names = {}
    for pk, code, amount, printed, instead, batch in Promocode.objects.filter(pk__in=keys).values_list(*about):
        names[pk] = _("Code of the batch %(batch)s") % {"batch": batch} if batch else code
        if printed or instead:
            names[pk] = _("Voucher, %(amount)s") % {"amount": format_money(amount or ZERO)}
    return names
