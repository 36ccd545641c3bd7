"""The form of an action that guests are told about: why, for them, and the reason that colleagues read."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from backoffice.framework.actions import ActionForm
from backoffice.framework.fields import ReasonField
from cinema.validators import TextFormField
from incidents.causes import Cause
from incidents.models import LONGEST_WORDS
from incidents.services import Explanation


class ExplainedForm(ActionForm):
    """Its `cause` and `words` reach the action as one `Explanation`, `told`."""

    cause = forms.ChoiceField(
        label=_("What guests are told"),
        choices=[("", _("No reason is given")), *Cause.choices],
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text=_("Shown in the guest’s language, in the message and on the order’s page."),
    )
    words = TextFormField(
        label=_("In your own words"),
        max_length=LONGEST_WORDS,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Shown to guests exactly as you write it, after the sentence above."),
    )
    reason = ReasonField(help_text=_("Customers won’t see this."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["told"] = Explanation(data.pop("cause", ""), data.pop("words", ""))
        return data


class CancellationForm(ExplainedForm):
    vouchers = forms.BooleanField(
        label=_("Offer a voucher instead of the money"),
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
        help_text=_(
            "Guests then have a day to choose on their order’s page. Whoever does not choose is refunded after it."
        ),
    )
