"""Actions on bar items, on the pages of items and of low stock."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.accounts.approvals import ApprovalsMixin
from backoffice.concessions.forms import CountForm, ReceiveForm, ReorderForm, SetCostForm, WriteOffForm
from backoffice.framework.actions import confirmed_action
from cinema.money import format_money
from concessions.approvals import WriteOffApproval
from concessions.models import ConcessionItem
from concessions.services import count, put_on_sale, receive, record_supplier_order, set_cost, take_off_sale, write_off

STOCK_NOTE = _("Stock changes are not shown here. Each one is listed on the item’s page, with who made it and why.")
STOCK_ACTIONS = ["receive_goods", "count_stock", "write_off_goods", "set_cost", "order_goods", "take_off", "put_back"]


class StockActionsMixin(ApprovalsMixin):
    """Each action is one call of a stock service. `seen` is the last booking by staff that the form showed."""

    @confirmed_action(
        permission="concessions.receive_goods",
        title=_("Receive stock"),
        text=_("The quantity is added to the stock, and the order to the supplier is closed."),
        form=ReceiveForm,
        when=lambda item: item.is_stocked,
        icon="local_shipping",
    )
    def receive_goods(
        self, item: ConcessionItem, *, quantity: int, unit_cost: Decimal | None, seen: int, at: datetime, actor: User
    ) -> str:
        receive(item, quantity=quantity, unit_cost=unit_cost, seen=seen, at=at, actor=actor)
        message = gettext("%(item)s: %(quantity)d received, %(stock)d now in stock.")
        return message % {"item": item, "quantity": quantity, "stock": item.stock_quantity}

    @confirmed_action(
        permission="concessions.count_stock",
        title=_("Count stock"),
        text=_("The stock is set to the quantity you count. A large difference needs a reason."),
        form=CountForm,
        when=lambda item: item.is_stocked,
        icon="fact_check",
    )
    def count_stock(
        self, item: ConcessionItem, *, on_shelf: int, reason: str, seen: int, at: datetime, actor: User
    ) -> str:
        movement = count(item, on_shelf=on_shelf, reason=reason, seen=seen, at=at, actor=actor)
        if movement is None:
            return gettext("%(item)s: counted, the stock is correct.") % {"item": item}
        message = gettext("%(item)s: the stock was adjusted by %(difference)+d, %(stock)d now in stock.")
        return message % {"item": item, "difference": movement.quantity, "stock": item.stock_quantity}

    @confirmed_action(
        permission="concessions.write_off_goods",
        title=_("Write off stock"),
        text=_("The quantity is removed from the stock permanently."),
        form=WriteOffForm,
        when=lambda item: item.kind != item.Kind.COMBO,
        icon="delete",
        danger=True,
    )
    def write_off_goods(
        self, item: ConcessionItem, *, quantity: int, reason: str, seen: int, at: datetime, actor: User
    ) -> str:
        written_off = write_off(item, quantity=quantity, reason=reason, seen=seen, at=at, actor=actor)
        return WriteOffApproval.message(item, written_off)

    @confirmed_action(
        permission="concessions.set_cost",
        title=_("Set the cost"),
        text=_("All that is in stock now counts at this cost. What was sold or written off before keeps its cost."),
        form=SetCostForm,
        when=lambda item: item.stock_quantity > 0,
        icon="paid",
    )
    def set_cost(
        self, item: ConcessionItem, *, unit_cost: Decimal, reason: str, seen: int, at: datetime, actor: User
    ) -> str:
        movement = set_cost(item, unit_cost=unit_cost, reason=reason, seen=seen, at=at, actor=actor)
        message = gettext("%(item)s: the stock is worth %(value)s now.")
        return message % {"item": item, "value": format_money(unit_cost * movement.concession_item.stock_quantity)}

    @confirmed_action(
        permission="concessions.order_goods",
        title=_("Mark as reordered"),
        text=_(
            "The missing quantity is marked as ordered from the supplier, so nobody orders it twice. "
            "Place the order with the supplier yourself."
        ),
        form=ReorderForm,
        when=lambda item: item.is_stocked and item.missing > 0,
        icon="shopping_cart",
        done=ngettext_lazy("%(count)d item marked as reordered.", "%(count)d items marked as reordered.", "count"),
    )
    def order_goods(self, item: ConcessionItem, *, at: datetime, actor: User) -> str:
        reorder = record_supplier_order(item, at=at, actor=actor)
        return gettext("%(item)s: %(quantity)d on order.") % {"item": item, "quantity": reorder.quantity}

    @confirmed_action(
        permission="concessions.take_off_sale",
        title=_("Take off sale"),
        text=_("Customers can no longer order it. Existing orders stay as they are."),
        when=lambda item: item.is_active,
        icon="block",
        done=ngettext_lazy("%(count)d item taken off sale.", "%(count)d items taken off sale.", "count"),
    )
    def take_off(self, item: ConcessionItem, *, at: datetime, actor: User) -> str:
        take_off_sale(item)
        return gettext("%(item)s: taken off sale.") % {"item": item}

    @confirmed_action(
        permission="concessions.take_off_sale",
        title=_("Put on sale"),
        text=_("Customers will be able to order it again."),
        when=lambda item: not item.is_active,
        icon="storefront",
        done=ngettext_lazy("%(count)d item put on sale.", "%(count)d items put on sale.", "count"),
    )
    def put_back(self, item: ConcessionItem, *, at: datetime, actor: User) -> str:
        put_on_sale(item)
        return gettext("%(item)s: on sale again.") % {"item": item}
