"""Makes write-offs approvable (see `accounts.services.approvals`).

Stock counts need no approval; docs/roles.md says why.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import ApprovalOutdated
from accounts.models import User
from accounts.services.approvals import ApprovableService
from concessions.models import ConcessionItem, StockMovement
from concessions.services import last_staff_movement, recipe_of, write_off


class WriteOffApproval(ApprovableService):
    """Writes goods off, unless staff changed the item's stock or its recipe after the request."""

    title = _("Write-off")
    permission = "concessions.write_off_goods"
    model = ConcessionItem
    cinema_path = "cinema"

    def encode(  # type: ignore[override]
        self, item: ConcessionItem, *, quantity: int, reason: str, seen: int | None = None, at: datetime
    ) -> dict[str, Any]:
        seen = last_staff_movement(item) if seen is None else seen
        recipe = {} if item.is_stocked else {"units": sorted(recipe_of(item).items())}
        return {"quantity": quantity, "reason": reason, "seen": seen, **recipe}

    def decode(self, subject: Any, data: dict[str, Any]) -> dict[str, Any]:
        if not subject.is_stocked and "units" not in data:  # asked before requests kept the recipe
            raise ApprovalOutdated
        return {**data, "units": dict(data.get("units", []))}

    def call(  # type: ignore[override]
        self,
        item: ConcessionItem,
        *,
        quantity: int,
        reason: str,
        seen: int,
        units: dict[int, int],
        at: datetime,
        actor: User,
        approver: User,
    ) -> StockMovement:
        work: dict[str, Any] = {"at": at, "actor": actor, "approver": approver}
        return write_off(item, quantity=quantity, reason=reason, seen=seen, units=units, **work)

    @staticmethod
    def message(item: ConcessionItem, done: StockMovement) -> str:
        if not item.is_stocked:
            return gettext("%(item)s: written off with everything in it.") % {"item": item}
        text = gettext("%(item)s: %(quantity)d written off, %(stock)d now in stock.")
        return text % {"item": item, "quantity": -done.quantity, "stock": item.stock_quantity}
