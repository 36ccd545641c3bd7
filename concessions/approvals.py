"""Makes write-offs approvable (see `accounts.services.approvals`).

Stock counts need no approval; docs/roles.md says why.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.approvals import ApprovableService
from concessions.models import ConcessionItem, StockMovement
from concessions.services import last_staff_movement, write_off


class WriteOffApproval(ApprovableService):
    """Writes goods off, unless staff changed the item's stock after the request."""

    title = _("Write-off")
    permission = "concessions.write_off_goods"
    model = ConcessionItem
    cinema_path = "cinema"

    def encode(  # type: ignore[override]
        self, item: ConcessionItem, *, quantity: int, reason: str, seen: int | None = None, at: datetime
    ) -> dict[str, Any]:
        return {"quantity": quantity, "reason": reason, "seen": last_staff_movement(item) if seen is None else seen}

    def call(  # type: ignore[override]
        self, item: ConcessionItem, *, quantity: int, reason: str, seen: int, at: datetime, actor: User, approver: User
    ) -> StockMovement:
        return write_off(item, quantity=quantity, reason=reason, seen=seen, at=at, actor=actor, approver=approver)

    @staticmethod
    def message(item: ConcessionItem, done: StockMovement) -> str:
        if not item.is_stocked:
            return gettext("%(item)s: written off with everything in it.") % {"item": item}
        text = gettext("%(item)s: %(quantity)d written off, %(stock)d now in stock.")
        return text % {"item": item, "quantity": -done.quantity, "stock": item.stock_quantity}
