"""Page of overdue orders: reservations whose payment deadline has passed."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from backoffice.orders.orders import BaseOrderAdmin
from bonuses.models import BonusTransaction
from cinema import clock
from cinema.local_time import format_local
from concessions.models import ConcessionPreorder
from orders.models import Order, OverdueOrder, Ticket


@admin.register(OverdueOrder)
class OverdueOrderAdmin(BaseOrderAdmin):
    """Shows how late each order is, what it has booked, when it will be cancelled and how to contact the customer."""

    list_select_related = ["cinema", "user"]
    list_display = ["number", "cinema", "overdue_by", "booked_items", "amount", "cancelled_on", "contact"]
    list_filter = ["cinema"]
    ordering = ["expires_at", "pk"]
    fieldsets: Any = [
        (_("Overdue"), {"fields": [("overdue_by", "cancelled_on"), "booked_items", "contact"]}),
        *BaseOrderAdmin.fieldsets,
    ]
    readonly_fields = [*BaseOrderAdmin.readonly_fields, "overdue_by", "booked_items", "cancelled_on", "contact"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        same_order = {"order": OuterRef("pk")}
        seats = (
            Ticket.objects.live().filter(**same_order).order_by().values("order").annotate(n=Count("pk")).values("n")
        )
        preorders = ConcessionPreorder.objects.filter(status__in=ConcessionPreorder.OPEN, **same_order).order_by()
        snacks = preorders.values("order").annotate(n=Sum("quantity")).values("n")
        points = (
            BonusTransaction.objects.filter(**same_order)
            .order_by()
            .values("order")
            .annotate(n=-Sum("amount"))
            .values("n")
        )
        return (
            super()
            .get_queryset(request)
            .filter(status=Order.Status.PAYMENT_OVERDUE)
            .annotate(
                seats_held=Coalesce(Subquery(seats), 0),
                snacks_held=Coalesce(Subquery(snacks), 0),
                points_held=Coalesce(Subquery(points), 0),
            )
        )

    @admin.display(description=_("overdue by"), ordering="payment_deadline")
    def overdue_by(self, order: Order) -> str:
        return timesince(order.payment_deadline, clock.now(), depth=1)

    @admin.display(description=_("booked items"))
    def booked_items(self, order: Any) -> str:
        seats, snacks, points = order.seats_held, order.snacks_held, order.points_held
        parts = [
            (seats, ngettext("%(count)d seat", "%(count)d seats", seats)),
            (snacks, ngettext("%(count)d snack", "%(count)d snacks", snacks)),
            (points, ngettext("%(count)d point", "%(count)d points", points)),
        ]
        return ", ".join(text % {"count": count} for count, text in parts if count)

    @admin.display(description=_("will be cancelled on"), ordering="expires_at")
    def cancelled_on(self, order: Order) -> str:
        return format_local(order.expires_at, order.cinema.zone)

    @admin.display(description=_("customer contact"))
    def contact(self, order: Order) -> str:
        phone = order.phone or (order.user.phone if order.user else "")
        return ", ".join(filter(None, [str(order.user or ""), phone, order.email])) or gettext("no contact details")
