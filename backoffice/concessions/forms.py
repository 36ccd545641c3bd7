"""Forms of the stock actions."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from backoffice.framework.actions import ActionForm, SummaryItem
from backoffice.framework.fields import ReasonField
from concessions.models import MOST_STOCK
from concessions.services import last_staff_movement


class QuantityField(forms.IntegerField):
    """A quantity in pieces."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminIntegerFieldWidget(attrs={"autofocus": True})
        super().__init__(**{"max_value": MOST_STOCK, "widget": widget, **kwargs})


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
        yield _("to order"), self.row.missing


class ReceiveForm(StockForm):
    quantity = QuantityField(label=_("Quantity received"), min_value=1)


class WriteOffForm(StockForm):
    quantity = QuantityField(label=_("Quantity to write off"), min_value=1)
    reason = ReasonField(label=_("Reason"), help_text=_("For example: broken, spoilt, out of date."))


class CountForm(StockForm):
    on_shelf = QuantityField(
        label=_("Quantity on the shelf"),
        min_value=0,
        help_text=_("Count everything, including what customers have ordered but not collected."),
    )
    reason = ReasonField(label=_("Reason for the difference, if any"), required=False)
