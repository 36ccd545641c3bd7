"""Forms of the actions on bookings of groups."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from allocations.services import part_of
from backoffice.framework.actions import SummaryItem
from backoffice.screenings.forms import PreviewedForm, date_time_field, day_field
from cinema.money import format_money
from cinema.validators import TextFormField
from orders.models import Order
from payments.models import MANUAL_GATEWAYS, Gateway
from screenings.models import Session


def people_field(**kwargs: Any) -> forms.IntegerField:
    about = {"label": _("Number of people"), "min_value": 1, "max_value": 300}
    return forms.IntegerField(**{**about, "widget": UnfoldAdminIntegerFieldWidget(), **kwargs})


class ReservedForm(PreviewedForm):
    """Begins with the choice of a reserved order of the booking."""

    order = forms.ModelChoiceField(
        Order.objects.none(), label=_("Order"), empty_label=None, widget=UnfoldAdminSelectWidget()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reserved = Order.objects.filter(group_order__booking=self.row, status__in=Order.UNPAID).order_by("pk")
        self.fields["order"].queryset = reserved  # type: ignore[attr-defined]
        if first := reserved.first():
            self.initial.setdefault("order", first.pk)

    def summary(self) -> Iterable[SummaryItem]:
        if self.is_bound and self.is_valid():
            order = self.cleaned_data["order"]
            yield gettext("reserved seats"), order.tickets.count()
            yield from self.effects(order)

    def effects(self, order: Order) -> Iterable[SummaryItem]:
        return ()


class GroupPaymentForm(ReservedForm):
    people = people_field(required=False, help_text=_("Leave empty if all is paid."))
    gateway = forms.ChoiceField(
        label=_("Payment method"),
        choices=[(gateway.value, gateway.label) for gateway in Gateway if gateway in MANUAL_GATEWAYS],
        initial=Gateway.BANK_TRANSFER,
        widget=UnfoldAdminRadioSelectWidget(),
    )
    reference = TextFormField(
        label=_("Reference"),
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("The number of a bank transfer."),
    )
    transferred_on = day_field(label=_("Date of the bank transfer"), required=False)
    release_rest = forms.BooleanField(
        label=_("Put the seats of the others back on sale"),
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text=_("Otherwise they stay reserved until the same time."),
    )

    def effects(self, order: Order) -> Iterable[SummaryItem]:
        reserved = order.tickets.count()
        people = min(self.cleaned_data["people"] or reserved, reserved)
        yield gettext("paid for"), people
        yield gettext("amount"), format_money(part_of(order, people))
        yield gettext("stay reserved"), 0 if self.cleaned_data["release_rest"] else reserved - people


class HeadcountForm(ReservedForm):
    people = people_field()


class GroupScreeningForm(PreviewedForm):
    session = forms.ModelChoiceField(
        Session.objects.none(), label=_("Screening"), widget=UnfoldAdminSelectWidget(), empty_label=None
    )
    people = people_field()
    until = date_time_field(label=_("Reserved until"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ahead = Session.objects.on_sale(self.at).filter(hall__cinema=self.row.cinema)
        ahead = ahead.select_related("film", "hall__cinema").order_by("start_datetime", "pk")
        self.fields["session"].queryset = ahead  # type: ignore[attr-defined]
