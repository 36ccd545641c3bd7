"""Page of bonus accounts: balance, points history, add or deduct points."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet, Sum, Window
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.accounts.approvals import ApprovalsMixin
from backoffice.bonuses.forms import AdjustPointsForm
from backoffice.framework.actions import confirmed_action
from backoffice.framework.admin import ReadOnlyAdmin
from backoffice.framework.counted_filter import CountedFilter
from backoffice.framework.read_only import ReadOnlyInline
from bonuses.approvals import AdjustmentApproval
from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import adjust


class BonusTransactionInline(ReadOnlyInline):
    """Each transaction with the balance after it. A negative balance is what the customer owes."""

    model = BonusTransaction
    fields = ["transaction_date", "transaction_type", "amount", "balance_after", "order", "description", "actor"]
    readonly_fields = ["balance_after"]
    ordering = ["-transaction_date", "-pk"]
    per_page = 20
    verbose_name_plural = _("points history")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BonusTransaction]:
        running_balance = Window(
            Sum("amount"), partition_by=[F("bonus_account")], order_by=[F("transaction_date").asc(), F("pk").asc()]
        )
        return super().get_queryset(request).annotate(running_balance=running_balance).select_related("order", "actor")

    @admin.display(description=_("balance after"))
    def balance_after(self, entry: Any) -> int:
        return entry.running_balance


@admin.register(BonusAccount)
class BonusAccountAdmin(ApprovalsMixin, ReadOnlyAdmin):
    """The balance, with every transaction behind it."""

    cinema_path = None
    list_display = ["user", "balance", "owed", "last_accrual_date", "tier"]
    list_select_related = ["user", "tier"]
    list_filter = [CountedFilter, "tier"]
    search_fields = ["=user__email", "=user__phone"]
    searches_phones = True
    inlines = [BonusTransactionInline]
    actions_detail = ["adjust_points"]

    @confirmed_action(
        permission="bonuses.adjust_points",
        by_cinemas=True,
        title=_("Add or deduct points"),
        text=_("The customer will see the change and the reason you give."),
        form=AdjustPointsForm,
        icon="loyalty",
    )
    def adjust_points(
        self, account: BonusAccount, *, amount: int, reason: str, seen: int, at: datetime, actor: User
    ) -> str:
        adjusted = adjust(account, amount=amount, reason=reason, seen=seen, at=at, actor=actor)
        return AdjustmentApproval.message(account, adjusted)
