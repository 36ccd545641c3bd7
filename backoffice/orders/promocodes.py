"""Page of promo codes, with the action that makes codes for one order each like one of them."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from accounts.models import User
from allocations.models import CodeBatch
from allocations.services import make_codes
from backoffice.framework.actions import ActionForm, ActionsMixin, confirmed_action
from backoffice.framework.admin import NoDeleteAdmin
from backoffice.framework.edit_conflicts import ConflictCheckingForm
from backoffice.framework.fields import WeekdaysField
from cinema.validators import TextFormField
from orders.models import Promocode


class MakeCodesForm(ActionForm):
    name = TextFormField(
        label=_("What for"),
        max_length=80,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("The mailing, partner or prize that the codes are for. Customers won’t see this."),
    )
    size = forms.IntegerField(
        label=_("Number of codes"), min_value=1, max_value=CodeBatch.MOST, widget=UnfoldAdminIntegerFieldWidget()
    )
    begins = forms.CharField(
        label=_("Begin with"),
        max_length=12,
        required=False,
        validators=[RegexValidator(r"\A[0-9A-Za-z]+\Z", _("Use only Latin letters and digits."))],
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Such as SPRING for SPRING-7KQMX2RD9A. May be empty."),
    )


class PromocodeForm(ConflictCheckingForm):
    weekdays = WeekdaysField(label=capfirst(_("only on these days")))


@admin.register(Promocode)
class PromocodeAdmin(ActionsMixin, NoDeleteAdmin):
    """Codes for everybody. The code of a voucher or a batch is money to whoever reads it, and belongs to one guest."""

    cinema_path = None
    form = PromocodeForm
    list_display = ["code", "discount_percent", "discount_amount", "used_count", "max_uses", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["code"]
    readonly_fields = ["used_count"]
    autocomplete_fields = ["film"]
    actions_detail = ["make_codes"]
    fieldsets = [
        (None, {"fields": ["code", "discount_percent", "discount_amount", "max_uses", "used_count", "is_active"]}),
        (_("Conditions"), {"fields": [
            *("valid_from", "valid_until", "cinema", "film", "weekdays", "least_total", "tickets_only"),
            "once_per_customer",
        ]}),
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return (
            super()
            .get_queryset(request)
            .filter(printed_voucher__isnull=True, instead_of_money__isnull=True, of_batch__isnull=True)
        )

    @confirmed_action(
        permission="allocations.make_codebatch",
        title=_("Make unique codes"),
        text=_(
            "Each works for one order, with the discount and conditions that this promo code has now. Later changes "
            "to it don’t affect them."
        ),
        form=MakeCodesForm,
        icon="sell",
    )
    def make_codes(self, promocode: Promocode, *, name: str, size: int, begins: str, at: datetime, actor: User) -> str:
        batch = make_codes(promocode, name=name, size=size, prefix=begins, at=at, actor=actor)
        made = ngettext("%(count)d code made for “%(name)s”.", "%(count)d codes made for “%(name)s”.", size)
        return made % {"count": size, "name": batch.name} + " " + gettext("Export them under “Batches of promo codes”.")
