"""Personal data of an order's customer: the download and the erasure on the order's page."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import ActionForm, SummaryItem, confirmed_action
from backoffice.orders.columns import LINK
from bonuses.models import BonusAccount
from cinema import clock
from customers.services import Customer, erase_customer, export_customer_data
from orders.models import Order

EXPORT, ERASE = "orders.disclose_customer", "orders.erase_customer"


class EraseForm(ActionForm):
    def summary(self) -> Iterable[SummaryItem]:
        customer = Customer.of(self.row)
        yield _("customer"), customer.address
        yield _("orders kept without personal data"), customer.orders().count()
        account = BonusAccount.objects.filter(user=customer.user).first() if customer.user else None
        if account is not None:
            yield _("points lost"), account.balance


class PersonalDataMixin:
    """Adds the download and the erasure to the page of an order.

    For an order bought with an account both cover the whole chain: the data includes orders at cinemas that the person
    cannot open. For a guest's order they cover that order alone, also once it has joined an account, since nothing
    proves whose address was typed.
    """

    def get_urls(self) -> Any:
        page = self.admin_site.admin_view(self.customer_data)  # type: ignore[attr-defined]
        return [
            path("<path:object_id>/customer.json", page, name="orders_order_customer_data"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def customer_data(self, request: HttpRequest, object_id: str) -> JsonResponse:
        if not request.user.has_perm(EXPORT):
            raise PermissionDenied
        order: Order | None = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if order is None:
            raise Http404
        note = gettext("The customer’s data was downloaded.")
        self.log_change(request, order, note)  # type: ignore[attr-defined]
        return _download(Customer.of(order), at=clock.now())

    def get_fieldsets(self, request: HttpRequest, obj: Order | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if obj is None or not obj.recipient or not request.user.has_perm(EXPORT):
            return fieldsets
        return [*fieldsets, (_("Personal data"), {"classes": ["collapse"], "fields": ["personal_data_link"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Order | None = None) -> Any:
        return [*super().get_readonly_fields(request, obj), "personal_data_link"]  # type: ignore[misc]

    def personal_data_link(self, order: Order) -> str:
        link = reverse("admin:orders_order_customer_data", args=[order.pk])
        return format_html(LINK, link, gettext("Download the customer’s data"))

    personal_data_link.short_description = _("copy for the customer")  # type: ignore[attr-defined]

    @confirmed_action(
        permission=ERASE,
        title=_("Delete personal data"),
        text=_(
            "The customer’s name, e-mail addresses and phone number are permanently deleted everywhere. "
            "Orders, payments and receipts are kept for accounting."
        ),
        form=EraseForm,
        when=lambda order: bool(order.recipient),
        icon="person_off",
        danger=True,
        reauthenticate=True,
    )
    def erase(self, order: Order, *, at: datetime, actor: User) -> str:
        erase_customer(Customer.of(order), at=at)
        return gettext("Order %(order)s: the customer’s personal data has been deleted.") % {"order": order}


def _download(customer: Customer, *, at: datetime) -> JsonResponse:
    """The customer's data as a JSON file."""
    response = JsonResponse(
        export_customer_data(customer, at=at),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        content_type="application/json; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="personal-data.json"'
    response["Cache-Control"] = "private, no-store"
    return response
