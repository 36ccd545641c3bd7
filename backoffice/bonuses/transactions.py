"""Page of bonus transactions: points earned, spent, expired and adjusted."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.badges import status_badge
from backoffice.framework.counted_filter import CountedFilter
from bonuses.models import BonusTransaction

COLOURS: dict[str, str] = {
    BonusTransaction.Type.ACCRUAL: "success",
    BonusTransaction.Type.DEDUCTION: "info",
    BonusTransaction.Type.EXPIRATION: "warning",
    BonusTransaction.Type.ADJUSTMENT: "primary",
}


@admin.register(BonusTransaction)
class BonusTransactionAdmin(ReadOnlyAdmin):
    ordering = NEWEST_FIRST
    cinema_path = None
    list_display = ["transaction_date", "bonus_account", "type_badge", "amount", "order", "description"]
    list_filter = ["transaction_type", CountedFilter]
    list_select_related = ["bonus_account__user", "order"]
    search_fields = ["=bonus_account__user__email", "=order__number"]

    @admin.display(description=_("type"), ordering="transaction_type")
    def type_badge(self, entry: BonusTransaction) -> str:
        return status_badge(entry.get_transaction_type_display(), COLOURS.get(entry.transaction_type))
