from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet, Sum, Window
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.accounts.approvals import ApprovalsMixin
from backoffice.bonuses.forms import AdjustForm
from backoffice.framework.actions import confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin, ReadOnlyInline
from backoffice.framework.badges import status_badge
from bonuses.approvals import AdjustmentApproval
from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import adjust

COLOURS: dict[str, str] = {
    BonusTransaction.Type.ACCRUAL: "success",
    BonusTransaction.Type.DEDUCTION: "info",
    BonusTransaction.Type.EXPIRATION: "warning",
    BonusTransaction.Type.ADJUSTMENT: "primary",
}


class TransactionInline(ReadOnlyInline):
    """Each movement with what the account came to after it; less than nothing is owed."""

    model = BonusTransaction
    fields = ["transaction_date", "transaction_type", "amount", "after", "order", "description", "actor"]
    readonly_fields = ["after"]
    ordering = ["-transaction_date", "-pk"]
    per_page = 20
    verbose_name_plural = _("points history")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BonusTransaction]:
        so_far = Window(
            Sum("amount"), partition_by=[F("bonus_account")], order_by=[F("transaction_date").asc(), F("pk").asc()]
        )
        return super().get_queryset(request).annotate(so_far=so_far).select_related("order", "actor")

    @admin.display(description=_("balance after"))
    def after(self, entry: Any) -> int:
        return entry.so_far


@admin.register(BonusAccount)
class BonusAccountAdmin(ApprovalsMixin, ReadOnlyAdmin):
    """The balance, explained movement by movement."""

    cinema_path = None
    list_display = ["user", "balance", "owed", "last_accrual_date"]
    list_select_related = ["user"]
    search_fields = ["=user__email", "=user__phone"]
    inlines = [TransactionInline]
    actions_detail = ["adjust_points"]

    @confirmed_action(
        permission="bonuses.adjust_points",
        title=_("Add or deduct points"),
        text=_("The customer will see the change and the reason you give."),
        form=AdjustForm,
        icon="loyalty",
    )
    def adjust_points(
        self, account: BonusAccount, *, amount: int, reason: str, seen: int, at: datetime, actor: User
    ) -> str:
        done = adjust(account, amount=amount, reason=reason, seen=seen, at=at, actor=actor)
        return AdjustmentApproval.message(account, done)


@admin.register(BonusTransaction)
class BonusTransactionAdmin(ReadOnlyAdmin):
    ordering = NEWEST_FIRST
    cinema_path = None
    list_display = ["transaction_date", "bonus_account", "kind", "amount", "order", "description"]
    list_filter = ["transaction_type"]
    list_select_related = ["bonus_account__user", "order"]
    search_fields = ["=bonus_account__user__email", "=order__number"]

    @admin.display(description=_("type"), ordering="transaction_type")
    def kind(self, entry: BonusTransaction) -> str:
        return status_badge(entry.get_transaction_type_display(), COLOURS.get(entry.transaction_type))
