"""Forms of the stock actions."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminIntegerFieldWidget

from backoffice.framework.actions import ActionForm, SummaryItem
from backoffice.framework.fields import ReasonField
from cinema.money import MAX_AMOUNT, MINOR_UNITS, ZERO, format_money
from concessions.models import MOST_STOCK, ConcessionItem
from concessions.services import last_staff_movement, recipe_of


class QuantityField(forms.IntegerField):
    """A quantity in pieces."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminIntegerFieldWidget(attrs={"autofocus": True})
        super().__init__(**{"max_value": MOST_STOCK, "widget": widget, **kwargs})


class CostField(forms.DecimalField):
    """What one unit costs; 0 is a cost."""

    def __init__(self, **kwargs: Any) -> None:
        bounds = {"min_value": ZERO, "max_value": MAX_AMOUNT, "decimal_places": MINOR_UNITS}
        super().__init__(**{**bounds, "widget": UnfoldAdminDecimalFieldWidget(), **kwargs})


class StockForm(ActionForm):
    """Sends back the last booking by staff that it was opened with.

    The service refuses if a colleague has booked something since, so that nothing is counted twice.
    """

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = last_staff_movement(self.row)


class ReorderForm(ActionForm):
    """Shows the quantity to order. The service calculates it again when the form is sent."""

    def summary(self) -> Iterable[SummaryItem]:
        yield _("in stock"), self.row.stock_quantity
        if self.row.expected_week is not None:
            yield _("expected use in a week"), self.row.expected_week
        yield _("to order"), self.row.suggested_order or self.row.missing


class ReceiveForm(StockForm):
    quantity = QuantityField(label=_("Quantity received"), min_value=1)
    unit_cost = CostField(
        label=_("Cost of one unit"),
        required=False,
        help_text=_("As on the invoice. 0 if it was free. Empty if you don’t know it: then the average cost is used."),
    )


class WriteOffForm(StockForm):
    quantity = QuantityField(label=_("Quantity to write off"), min_value=1)
    reason = ReasonField(label=_("Reason"), help_text=_("For example: broken, spoilt, out of date."))

    def summary(self) -> Iterable[SummaryItem]:
        """Of what is made, what leaves the stock with each piece; whoever approves the request sees it too."""
        if units := recipe_of(self.row):
            names = ConcessionItem.objects.in_bulk(units)
            yield _("in one piece"), ", ".join(f"{names[key]}: {number}" for key, number in sorted(units.items()))


class SetCostForm(StockForm):
    unit_cost = CostField(label=_("Cost of one unit"))
    reason = ReasonField(label=_("Reason"), help_text=_("For example: opening cost, wrong number on a receipt."))

    def summary(self) -> Iterable[SummaryItem]:
        item = self.row
        yield _("in stock"), item.stock_quantity
        yield _("average cost"), _("not known") if item.average_cost is None else format_money(item.average_cost)
        yield _("value of the stock"), _("not known") if item.stock_value is None else format_money(item.stock_value)


class CountForm(StockForm):
    on_shelf = QuantityField(
        label=_("Quantity on the shelf"),
        min_value=0,
        help_text=_("Count everything, including what customers have ordered but not collected."),
    )
    reason = ReasonField(label=_("Reason for the difference, if any"), required=False)
