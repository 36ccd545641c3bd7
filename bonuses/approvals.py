"""Makes adjustments of points approvable (see `accounts.services.approvals`)."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.approvals import ApprovableService
from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import adjust, last_adjustment


class AdjustmentApproval(ApprovableService):
    """Adds or takes points, unless the account was adjusted after the request."""

    title = _("Adjustment of points")
    permission = "bonuses.adjust_points"
    model = BonusAccount
    cinema_path = None

    def benefits(self, account: BonusAccount, person: User) -> bool:
        return account.belongs_to(person)

    def encode(  # type: ignore[override]
        self, account: BonusAccount, *, amount: int, reason: str, seen: int | None = None, at: datetime
    ) -> dict[str, Any]:
        return {"amount": amount, "reason": reason, "seen": last_adjustment(account) if seen is None else seen}

    def call(  # type: ignore[override]
        self, account: BonusAccount, *, amount: int, reason: str, seen: int, at: datetime, actor: User, approver: User
    ) -> BonusTransaction:
        return adjust(account, amount=amount, reason=reason, seen=seen, at=at, actor=actor, approver=approver)

    @staticmethod
    def message(account: BonusAccount, done: BonusTransaction) -> str:
        account.refresh_from_db(fields=["balance"])
        text = gettext("%(account)s: %(amount)+d points. New balance: %(balance)d.")
        return text % {"account": account, "amount": done.amount, "balance": account.balance}
