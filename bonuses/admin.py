from django.contrib import admin

from bonuses.models import BonusAccount, BonusTransaction
from cinema.admin import RecordAdmin


@admin.register(BonusAccount)
class BonusAccountAdmin(RecordAdmin):
    cinema_path = None
    list_display = ["user", "balance", "owed", "last_accrual_date"]
    list_select_related = ["user"]
    search_fields = ["=user__email", "=user__phone"]


@admin.register(BonusTransaction)
class BonusTransactionAdmin(RecordAdmin):
    cinema_path = None
    list_display = ["transaction_date", "bonus_account", "transaction_type", "amount", "order", "description"]
    list_filter = ["transaction_type"]
    list_select_related = ["bonus_account__user", "order"]
    search_fields = ["=bonus_account__user__email", "=order__number"]
