"""Forms of the actions on payments, refunds and receipts."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget

from backoffice.framework.actions import ActionForm, SummaryItem
from cinema.money import format_money


class OrderAmountForm(ActionForm):
    """Asks for nothing; shows the order and the amount."""

    def summary(self) -> Iterable[SummaryItem]:
        yield _("order"), self.row.order
        yield _("amount"), format_money(self.row.amount)


class ResolvePaymentForm(OrderAmountForm):
    answer = forms.ChoiceField(
        label=_("Result on the terminal"),
        choices=[
            ("approved", _("The card was charged")),
            ("declined", _("The card was not charged, or the charge was cancelled")),
        ],
        widget=UnfoldAdminRadioSelectWidget(),
    )

    def clean(self) -> dict[str, Any]:
        """Only `approved`, which is what the service takes."""
        data = super().clean() or {}
        return {"approved": data.get("answer") == "approved"}
