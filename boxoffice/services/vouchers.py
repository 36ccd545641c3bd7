"""Vouchers for trouble: a discount with a reason, for one order, in place of or besides a refund."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import require_approval_above_limit
from boxoffice.errors import VoucherTooLarge, VoucherUsed
from boxoffice.models import Voucher
from boxoffice.services.printing import print_for_guest
from cinema.codes import random_code
from cinema.money import ZERO
from cinema.validators import clean_reason
from orders.locks import lock_order
from orders.models import Order, Promocode
from payments.models import Shift
from payments.services.cash import check_amount

CODE_LENGTH = 12  # 60 random bits


def give_voucher(order: Order, *, amount: Decimal, reason: str, at: datetime, actor: User) -> Voucher:
    """Give the guest of an order a discount of this amount on another one, until `VOUCHER_VALIDITY` is over.

    It counts towards the same limit for one person as refunds. Raises `WrongCashAmount`, `ReasonNeeded`,
    `VoucherTooLarge` above what the order cost, and `ApprovalRequired`. Owns its transaction.
    """
    check_amount(amount)
    reason = clean_reason(reason)
    with transaction.atomic():
        row = lock_order(order)
        given = row.vouchers.aggregate(total=Sum("promocode__discount_amount"))["total"] or ZERO
        if amount > (left := row.total_amount - row.discount_amount - given):
            raise VoucherTooLarge(max(left, ZERO))
        code = random_code(CODE_LENGTH)
        promocode = Promocode(code=code, discount_amount=amount, valid_until=at + settings.VOUCHER_VALIDITY)
        promocode.save(force_insert=True)
        voucher = Voucher.objects.create(promocode=promocode, order=order, reason=reason, actor=actor, at=at)
        require_approval_above_limit("orders.refund", amount, actor=actor, approver=None, at=at)
    return voucher


def check_unused(voucher: Voucher) -> None:
    """Raise `VoucherUsed` once the code was used: it is not shown any more. Reads only."""
    if voucher.promocode.used_count >= voucher.promocode.max_uses:
        raise VoucherUsed


def print_again(voucher: Voucher, *, shift: Shift | None, at: datetime, actor: User) -> None:
    """Record that somebody prints the code of a voucher once more. Raises `VoucherUsed` and `NoShift`. Owns its
    transaction."""
    check_unused(voucher)
    print_for_guest(voucher.order, shift=shift, at=at, actor=actor, reason=_("Voucher"))
