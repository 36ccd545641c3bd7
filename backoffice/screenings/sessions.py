"""Page of sessions (screenings): who sits where, cancellation, import and export."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.models import User
from backoffice.allocations.session_actions import SeatsKeptActions
from backoffice.framework.actions import confirmed_action
from backoffice.framework.admin import ReadOnlyAdmin
from backoffice.framework.badges import language_name
from backoffice.framework.counted_filter import CountedFilter
from backoffice.framework.import_export.pages import ImportExportMixin
from backoffice.framework.read_once import ReadOnceMixin
from backoffice.incidents.session_actions import SessionChangeActions
from backoffice.pricing.expected import expected_at
from backoffice.pricing.session_prices import (
    FreezeForm,
    compared_in_words,
    frozen,
    link_to_other_prices,
    price_in_words,
)
from backoffice.screenings.forms import CancelSessionForm
from backoffice.screenings.occupancy import session_occupancy
from backoffice.screenings.session_resource import SessionResource
from backoffice.screenings.timetable import TimetableMixin
from cinema import clock
from cinema.local_time import format_local
from incidents.services import Explanation, cancel
from orders.models import Order
from orders.services import request_session_refunds
from orders.services.refunds.by_session import needs_refund_request
from pricing.services.repricing import freeze, unfreeze
from pricing.services.taking_back import take_back
from reports.catalogue.booking_curve import booking_curve
from reports.catalogue.screening import screening_figures
from screenings.models import Session

COLOURS = {
    Session.Status.SCHEDULED: "info",
    Session.Status.ONGOING: "success",
    Session.Status.COMPLETED: None,
    Session.Status.CANCELLED: "danger",
}


@admin.register(Session)
class SessionAdmin(
    ReadOnceMixin, TimetableMixin, SessionChangeActions, SeatsKeptActions, ImportExportMixin, ReadOnlyAdmin
):
    resource_class = SessionResource
    cinema_path = "hall__cinema"
    list_display = ["film", "hall", "start_local", "ticket_price", "status_label"]
    list_filter = ["status", "hall__cinema", "start_datetime", CountedFilter]
    link_lookups = frozenset({"film", "hall__cinema"})
    ordering = ["start_datetime", "pk"]  # an index serves it; the model's own order sorts by the names of halls
    list_select_related = ["film", "hall__cinema", "price_row"]
    list_before_template = "backoffice/screenings/to_timetable.html"
    search_fields = ["film__title"]
    actions_detail = [
        "cancel",
        "move",
        "swap",
        "delay",
        "correct",
        "change_price",
        "keep_seats",
        "book_group",
        "open_to_public",
        "take_back",
        "request_refunds",
        "freeze_price",
        "unfreeze_price",
    ]
    change_form_outer_before_template = "backoffice/screenings/session.html"
    fields = [
        ("film", "hall"),
        ("start_local", "end_local"),
        ("ticket_price", "price_row", "format"),
        "price_now",
        ("language_label", "subtitles_label"),
        "status",
        ("cancelled_local", "cancel_reason", "cancelled_by"),
    ]
    readonly_fields = ["start_local", "end_local", "cancelled_local", "language_label", "subtitles_label", "price_now"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Session], search_term: str
    ) -> tuple[QuerySet[Session], bool]:
        if request.GET.get("model_name") == "pricingmode":  # asked by its form: what has been has its prices
            queryset = queryset.filter(end_datetime__gt=clock.now())
        return super().get_search_results(request, queryset, search_term)

    def get_fields(self, request: HttpRequest, obj: Session | None = None) -> Any:
        only_where_set = [
            name for name in ("is_private", "no_certificate_reason", "refunds_held") if obj and getattr(obj, name)
        ]
        return [*super().get_fields(request, obj), *only_where_set]

    @admin.display(description=_("start"), ordering="start_datetime")
    def start_local(self, session: Session) -> str:
        return format_local(session.start_datetime, session.hall.cinema.zone)

    @admin.display(description=_("end"))
    def end_local(self, session: Session) -> str:
        return format_local(session.end_datetime, session.hall.cinema.zone)

    @admin.display(description=_("cancelled"))
    def cancelled_local(self, session: Session) -> str:
        return format_local(session.cancelled_at, session.hall.cinema.zone)

    @admin.display(description=_("language"))
    def language_label(self, session: Session) -> str:
        return language_name(session.language)

    @admin.display(description=_("subtitles"))
    def subtitles_label(self, session: Session) -> str:
        return language_name(session.subtitles) if session.subtitles else "–"

    @admin.display(description=_("price now"))
    def price_now(self, session: Session) -> str:
        return " · ".join(price_in_words(session))

    @display(description=_("status"), ordering="status", label=COLOURS)
    def status_label(self, session: Session) -> tuple[str, str]:
        return session.status, session.get_status_display()

    @confirmed_action(
        permission="screenings.cancel_session",
        title=_("Cancel screening"),
        text=_("Orders are refunded automatically within a couple of minutes, and customers are notified."),
        form=CancelSessionForm,
        when=lambda session: session.status in (Session.Status.SCHEDULED, Session.Status.ONGOING),
        icon="event_busy",
        danger=True,
    )
    def cancel(
        self, session: Session, *, at: datetime, actor: User, told: Explanation, vouchers: bool, reason: str
    ) -> str:
        _incident, asked = cancel([session], reason=reason, told=told, vouchers=vouchers, at=at, actor=actor)
        if asked is None:
            return gettext("%(session)s: screening cancelled.") % {"session": session}
        return gettext(
            "%(session)s: screening cancelled. Customers are being notified. The refunds are above your limit, so they "
            "wait for a colleague’s approval."
        ) % {"session": session}

    @confirmed_action(
        permission="screenings.cancel_session",
        title=_("Take back into the planner"),
        text=_(
            "The screening goes off sale and becomes a draft again. Not possible once a ticket is sold or reserved."
        ),
        when=lambda session: session.is_on_sale(clock.now()),
        icon="undo",
    )
    def take_back(self, session: Session, *, at: datetime, actor: User) -> str:
        take_back([session], at=at, actor=actor)
        return gettext("%(session)s: a draft again, in the week planner.") % {"session": session}

    @confirmed_action(
        permission="screenings.cancel_session",
        title=_("Request approval of the refunds"),
        text=_("Customers of this cancelled screening are refunded once a colleague has approved it."),
        when=needs_refund_request,
        icon="verified",
        reauthenticate=True,
    )
    def request_refunds(self, session: Session, *, at: datetime, actor: User) -> str:
        request_session_refunds(session, at=at, actor=actor)
        return gettext("%(session)s: sent for approval.") % {"session": session}

    @confirmed_action(
        permission="pricing.freeze_price",
        title=_("Freeze the price"),
        text=_("The price stays as it is now, whatever the demand, until you let it move again."),
        form=FreezeForm,
        when=lambda session: session.is_on_sale(clock.now()) and frozen(session) is None,
        icon="lock_clock",
    )
    def freeze_price(self, session: Session, *, at: datetime, actor: User, reason: str) -> str:
        freeze(session, reason=reason, at=at, actor=actor)
        return gettext("%(session)s: the price is frozen.") % {"session": session}

    @confirmed_action(
        permission="pricing.freeze_price",
        title=_("Let the price move again"),
        text=_("Where prices are adaptive, the next one is computed within a quarter of an hour."),
        when=lambda session: frozen(session) is not None,
        icon="lock_clock",
    )
    def unfreeze_price(self, session: Session, *, at: datetime, actor: User) -> str:
        unfreeze(session, at=at, actor=actor)
        return gettext("%(session)s: the price can move again.") % {"session": session}

    # --- Import and export: an import only adds sessions, through the service `schedule`

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("screenings.schedule_session")) and self.has_view_permission(request)

    # --- The page of one session

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        return super().get_queryset(request).select_related("film", "hall__cinema", "price_row", "price_quote")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        session = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if session is not None and self.has_view_permission(request, session):
            with_orders = request.user.has_perm("orders.view_ticket")
            links = _order_links(request)
            occupancy = session_occupancy(session, with_orders=with_orders, link=links, at=clock.now())
            context["occupancy"] = occupancy
            context["day"] = session.hall.cinema.local(session.start_datetime).date()
            context["cinema"] = session.hall.cinema
            context["expected"] = expected_at([session], request).get(session.pk)
            if request.user.has_perm("reports.view_businessday"):
                context["figures"] = screening_figures(session, clock.now(), seats=occupancy.seats)
                context["booking_curve"] = booking_curve(session, clock.now())
                context["compared"] = compared_in_words(occupancy.tickets)
            context["other_prices"] = link_to_other_prices(session, request, at=clock.now())
        return super().change_view(request, object_id, form_url, context)


def _order_links(request: HttpRequest) -> Callable[[Order], str]:
    """Links to orders, empty for people who may not view orders."""
    if not request.user.has_perm("orders.view_order"):
        return lambda _order: ""
    return lambda order: reverse("admin:orders_order_change", args=[order.pk])
