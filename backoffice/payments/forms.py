"""Forms of the actions on payments, refunds and receipts."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from backoffice.framework.actions import ActionForm, SummaryItem
from cinema.money import format_money
from cinema.validators import TextFormField
from payments.models import Dispute


class DisputeConfirmationForm(ActionForm):
    """The form of an action that gives money back: while the bank decides about a payment of the order, it says so and
    has to be confirmed. `order` is the primary key of the row's order.
    """

    despite_dispute = forms.BooleanField(
        label=_("Refund although the payment is disputed"),
        help_text=_("If the bank also takes the money back, the customer is paid twice."),
        widget=UnfoldBooleanWidget(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about = Q(payment__order=self.order) | Q(payment__moved_to__order=self.order)
        undecided = Dispute.objects.undecided().filter(about).distinct()
        self.disputes = list(undecided.order_by("pk")) if len(self.rows) == 1 else []
        confirmation = self.fields.pop("despite_dispute")
        if self.disputes:
            self.fields["despite_dispute"] = confirmation  # below the others

    @property
    def order(self) -> int:
        return int(self.row.order_id)

    def summary(self) -> Iterable[SummaryItem]:
        for dispute in self.disputes:
            yield _("the bank has not decided yet"), dispute


class OrderAmountForm(ActionForm):
    """Asks for nothing; shows the order and the amount."""

    def summary(self) -> Iterable[SummaryItem]:
        yield _("order"), self.row.order
        yield _("amount"), format_money(self.row.amount)


class CorrectionForm(OrderAmountForm):
    ordered_by = TextFormField(
        label=_("Number of the tax office’s order"),
        max_length=32,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Empty: the cinema corrects by its own decision."),
    )


class RefundAmountForm(DisputeConfirmationForm):
    """Shows the order and the amount, and asks for nothing else."""

    def summary(self) -> Iterable[SummaryItem]:
        yield _("order"), self.row.order
        yield _("amount"), format_money(self.row.amount)
        yield from super().summary()


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
