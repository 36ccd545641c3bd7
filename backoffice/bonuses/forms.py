"""Form of the action on bonus accounts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from backoffice.framework.actions import ActionForm, SummaryItem
from backoffice.framework.fields import ReasonField
from bonuses.models import MOST_POINTS
from bonuses.services import last_adjustment


class AdjustPointsForm(ActionForm):
    """`seen` is the last adjustment that the form showed: the service refuses if there has been another since."""

    amount = forms.IntegerField(
        label=_("Points"),
        min_value=-MOST_POINTS,
        max_value=MOST_POINTS,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"autofocus": True}),
        help_text=_("Enter a negative number to deduct points."),
    )
    reason = ReasonField(max_length=250)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = last_adjustment(self.row)

    def summary(self) -> list[SummaryItem]:
        return [(_("balance"), self.row.balance), (_("owed"), self.row.owed)]
