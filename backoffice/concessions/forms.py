from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from backoffice.framework.actions import ActionForm, SummaryItem
from cinema.validators import LONGEST_REASON
from concessions.models import MOST_STOCK
from concessions.services import last_staff_movement


class Number(forms.IntegerField):
    """A whole number of goods."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminIntegerFieldWidget(attrs={"autofocus": True})
        super().__init__(**{"max_value": MOST_STOCK, "widget": widget, **kwargs})


class Words(forms.CharField):
    """A reason, in one line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": LONGEST_REASON, "widget": UnfoldAdminTextInputWidget(), **kwargs})


class StockForm(ActionForm):
    """It knows what staff had booked when it was shown, so that a colleague's booking is not overlooked."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = last_staff_movement(self.row)


class OrderForm(ActionForm):
    """Says how much is ordered: the service reads the shelf anew."""

    def summary(self) -> Iterable[SummaryItem]:
        yield _("in stock"), self.row.stock_quantity
        yield _("to order"), self.row.missing


class ReceiveForm(StockForm):
    quantity = Number(label=_("Quantity received"), min_value=1)


class WriteOffForm(StockForm):
    quantity = Number(label=_("Quantity to write off"), min_value=1)
    reason = Words(label=_("Reason"), help_text=_("For example: broken, spoilt, out of date."))


class CountForm(StockForm):
    on_shelf = Number(
        label=_("Quantity on the shelf"),
        min_value=0,
        help_text=_("Count everything, including what customers have ordered but not collected."),
    )
    reason = Words(label=_("Reason for the difference, if any"), required=False)
