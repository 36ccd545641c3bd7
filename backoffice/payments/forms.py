"""What the actions on payments and refunds ask for, and what they show before they are confirmed."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget

from backoffice.framework.actions import ActionForm, SummaryItem
from backoffice.orders.order_timeline import money


class MoneyForm(ActionForm):
    def summary(self) -> Iterable[SummaryItem]:
        yield _("order"), self.row.order
        yield _("amount"), money(self.row.amount)


class ResolvePaymentForm(MoneyForm):
    answer = forms.ChoiceField(
        label=_("Result on the terminal"),
        choices=[
            ("approved", _("The card was charged")),
            ("declined", _("The card was not charged, or the charge was cancelled")),
        ],
        widget=UnfoldAdminRadioSelectWidget(),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return {"approved": data.get("answer") == "approved"}
