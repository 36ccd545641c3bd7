"""Page of bookings of groups: terms, orders, payments, headcount, and the invoice."""

from datetime import datetime
from io import BytesIO
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from allocations.models import GroupBooking
from allocations.services import add_screening, pay, set_headcount
from backoffice.allocations.group_forms import GroupPaymentForm, GroupScreeningForm, HeadcountForm
from backoffice.allocations.invoices import invoice
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from boxoffice.services.buyers import check_buyer
from boxoffice.services.sales import shift_for_money
from cinema import clock
from cinema.local_time import format_local
from cinema.money import format_money
from orders.models import Order
from payments.models import AT_COUNTER
from payments.services import check_printer
from reports.files import pdf
from screenings.models import Session

PERMISSION = "allocations.book_group"


def is_reserved(booking: GroupBooking) -> bool:
    return booking.group_orders.filter(order__status__in=Order.UNPAID).exists()


@admin.register(GroupBooking)
class GroupBookingAdmin(ActionsMixin, ReadOnlyAdmin):
    cinema_path = "cinema"
    ordering = NEWEST_FIRST
    list_display = ["contact", "cinema", "price_a_head", "at_local", "actor"]
    list_filter = ["cinema"]
    list_select_related = ["cinema", "actor"]
    search_fields = ["contact", "payer", "group_orders__order__number"]
    fields = [("contact", "payer"), ("price_a_head", "one_free_per"), ("at_local", "actor"), "its_orders", "document"]
    readonly_fields = ["price_a_head", "at_local", "its_orders", "document"]
    actions_detail = ["pay_group", "headcount", "another_screening"]

    @admin.display(description=_("price a head"), ordering="price")
    def price_a_head(self, booking: GroupBooking) -> str:
        return format_money(booking.price)

    @admin.display(description=_("time"), ordering="at")
    def at_local(self, booking: GroupBooking) -> str:
        return format_local(booking.at, booking.cinema.zone)

    @admin.display(description=_("orders"))
    def its_orders(self, booking: GroupBooking) -> str:
        orders = Order.objects.filter(group_order__booking=booking).prefetch_related("tickets__session__film")
        lines = []
        for order in orders.select_related("cinema").order_by("pk"):
            tickets = list(order.tickets.all())
            until = format_local(order.expires_at, booking.cinema.zone) if order.status in Order.UNPAID else ""
            state = gettext("reserved until %(time)s") % {"time": until} if until else order.get_status_display()
            start = format_local(tickets[0].session.start_datetime, booking.cinema.zone)
            facts = (
                f"{tickets[0].session.film}, {start}, {len(tickets)} × – {format_money(order.final_amount)}, {state}"
            )
            lines.append((reverse("admin:orders_order_change", args=[order.pk]), order.number, facts))
        return format_html_join("", '<div><a class="link" href="{}">{}</a>: {}</div>', lines)

    @admin.display(description=_("invoice"))
    def document(self, booking: GroupBooking) -> str:
        if not is_reserved(booking):
            return "–"
        address = reverse("admin:allocations_groupbooking_invoice", args=[booking.pk])
        return format_html('<a class="link" href="{}">{}</a>', address, gettext("Invoice (PDF)"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[GroupBooking]:
        return super().get_queryset(request).select_related("cinema__legal_entity")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.invoice_view)
        return [path("<path:object_id>/invoice/", view, name="allocations_groupbooking_invoice"), *super().get_urls()]

    def invoice_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The invoice for what is reserved, in the language of the group."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        booking = self.get_object(request, object_id)
        if booking is None or not is_reserved(booking):
            return self.not_found(request, object_id)
        reserved = list(Order.objects.filter(group_order__booking=booking, status__in=Order.UNPAID).order_by("pk"))
        at, file = clock.now(), BytesIO()
        with override(reserved[0].language):
            pdf.write(invoice(booking, reserved), file, at)
        name = f"invoice-{reserved[0].number}.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(file.getvalue(), content_type="application/pdf", headers=headers)

    @confirmed_action(
        permission=PERMISSION,
        title=_("Record a payment"),
        text=_("What is paid for becomes an order of its own; its number lets its people in at the door."),
        form=GroupPaymentForm,
        when=is_reserved,
        icon="payments",
        reauthenticate=True,
    )
    def pay_group(
        self,
        booking: GroupBooking,
        *,
        at: datetime,
        actor: User,
        order: Order,
        gateway: str,
        previewed: str,
        **about: Any,
    ) -> str:
        check_buyer(order, actor=actor)
        check_printer(order.cinema, at=at)
        shift = shift_for_money(actor, order.cinema) if gateway in AT_COUNTER else None
        paid = pay(order, gateway=gateway, shift=shift, **about, at=at, actor=actor)
        facts = {"order": paid, "amount": format_money(paid.final_amount)}
        return gettext("Order %(order)s has been paid: %(amount)s.") % facts

    @confirmed_action(
        permission=PERMISSION,
        title=_("Change the headcount"),
        text=_("Seats that are no longer needed go back on sale; more are reserved on the same terms."),
        form=HeadcountForm,
        when=is_reserved,
        icon="group",
    )
    def headcount(
        self, booking: GroupBooking, *, at: datetime, actor: User, order: Order, people: int, previewed: str
    ) -> str:
        changed = set_headcount(order, people=people, at=at, actor=actor)
        facts = {"order": changed, "amount": format_money(changed.final_amount)}
        return gettext("Reserved under the number %(order)s: %(amount)s.") % facts

    @confirmed_action(
        permission=PERMISSION,
        title=_("Reserve another screening"),
        text=_("For the same group, on the same terms."),
        form=GroupScreeningForm,
        icon="event_seat",
    )
    def another_screening(
        self,
        booking: GroupBooking,
        *,
        at: datetime,
        actor: User,
        session: Session,
        people: int,
        until: datetime,
        previewed: str,
    ) -> str:
        added = add_screening(booking, session, people=people, until=until, at=at, actor=actor)
        facts = {"order": added, "amount": format_money(added.final_amount)}
        return gettext("Reserved under the number %(order)s: %(amount)s.") % facts
