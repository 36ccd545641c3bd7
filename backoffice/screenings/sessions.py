from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import User
from backoffice.framework.actions import ActionForm, ActionsMixin, SummaryItem, confirmed_action
from backoffice.framework.admin import NoDeleteAdmin, ReadOnlyAdmin
from backoffice.framework.badges import language_name
from backoffice.framework.import_export.pages import ImportExportMixin
from backoffice.framework.scoped_choices import visible_rows
from backoffice.screenings import occupancy
from backoffice.screenings import timetable_layout as timetable
from backoffice.screenings.forms import OutageForm
from backoffice.screenings.resources import TimetableResource
from cinema import clock
from cinema.local_time import format_local, is_valid_year
from cinema.validators import LONGEST_REASON
from orders.models import Order, Ticket
from screenings import hall_layout
from screenings.models import Cinema, Hall, SeatOutage, Session
from screenings.services import cancel_session, take_out

COLOURS = {
    Session.Status.SCHEDULED: "info",
    Session.Status.ONGOING: "success",
    Session.Status.COMPLETED: None,
    Session.Status.CANCELLED: "danger",
}
NAMED = 20  # tickets that an outage hits are named, so many


class CancelSessionForm(ActionForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextInputWidget(attrs={"autofocus": True}),
        help_text=_("Customers won’t see this."),
    )

    def summary(self) -> Iterable[SummaryItem]:
        live = Ticket.objects.live().filter(session=self.row)
        hit = live.aggregate(tickets=Count("pk"), orders=Count("order", distinct=True))
        yield gettext("tickets sold or reserved"), hit["tickets"]
        yield gettext("orders"), hit["orders"]
        paid = live.filter(order__status__in=Order.SOLD).aggregate(paid=Sum("price"))["paid"]
        yield gettext("price of paid tickets"), paid or 0


class SeatOutageForm(OutageForm):
    """Names the tickets that were sold for the seats."""

    def summary(self) -> Iterable[SummaryItem]:
        if not (self.is_bound and self.is_valid()):
            return
        given = self.cleaned_data
        tickets = occupancy.hit_by(self.seats, since=given["since"], until=given["until"])
        yield gettext("seats"), len(self.seats)
        yield gettext("tickets already sold for these seats"), len(tickets) or gettext("none")
        if tickets:
            lines = format_html_join(
                "", "{}: {}, {}<br>", ((each.order, each.session, each.seat) for each in tickets[:NAMED])
            )
            yield gettext("needs other seats"), lines


@admin.register(Session)
class SessionAdmin(ActionsMixin, ImportExportMixin, ReadOnlyAdmin):
    cinema_path = "hall__cinema"
    list_display = ["film", "hall", "starts", "ticket_price", "standing"]
    list_filter = ["status", "hall__cinema", "start_datetime"]
    list_select_related = ["film", "hall__cinema"]
    list_before_template = "backoffice/screenings/to_timetable.html"
    search_fields = ["film__title"]
    actions_detail = ["cancel"]
    change_form_outer_before_template = "backoffice/screenings/session.html"
    fields = [
        ("film", "hall"),
        ("starts", "ends"),
        ("ticket_price", "format"),
        ("spoken", "written"),
        "status",
        ("cancelled", "cancel_reason", "cancelled_by"),
    ]
    readonly_fields = ["starts", "ends", "cancelled", "spoken", "written"]

    @admin.display(description=_("start"), ordering="start_datetime")
    def starts(self, session: Session) -> str:
        return format_local(session.start_datetime, session.hall.cinema.zone)

    @admin.display(description=_("end"))
    def ends(self, session: Session) -> str:
        return format_local(session.end_datetime, session.hall.cinema.zone)

    @admin.display(description=_("cancelled"))
    def cancelled(self, session: Session) -> str:
        return format_local(session.cancelled_at, session.hall.cinema.zone)

    @admin.display(description=_("language"))
    def spoken(self, session: Session) -> str:
        return language_name(session.language)

    @admin.display(description=_("subtitles"))
    def written(self, session: Session) -> str:
        return language_name(session.subtitles) if session.subtitles else "–"

    @display(description=_("status"), ordering="status", label=COLOURS)
    def standing(self, session: Session) -> tuple[str, str]:
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
    def cancel(self, session: Session, *, at: datetime, actor: User, reason: str) -> str:
        cancel_session(session, reason=reason, at=at, actor=actor)
        return gettext("%(session)s: screening cancelled.") % {"session": session}

    # --- The programme as a file: it adds sessions, by the one service that does

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("screenings.schedule_session")) and self.has_view_permission(request)

    def resource_for(self, request: HttpRequest) -> TimetableResource:
        rows = self.get_queryset(request).select_related("film", "hall__cinema")
        cinemas = visible_rows(self.admin_site, Cinema, request)
        assert cinemas is not None
        return TimetableResource(rows=rows, cinemas=cinemas, person=request.user, at=clock.now())

    # --- The page of one session: who sits where

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        session = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if session is not None and self.has_view_permission(request, session):
            names = request.user.has_perm("orders.view_ticket")
            context["seating"] = occupancy.of_session(session, names=names, link=_order_links(request), at=clock.now())
            context["day"] = session.hall.cinema.local(session.start_datetime).date()
            context["cinema"] = session.hall.cinema
        return super().change_view(request, object_id, form_url, context)

    # --- The day's timetable

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.timetable)
        return [path("timetable/", view, name="screenings_session_timetable"), *super().get_urls()]

    def timetable(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        own = visible_rows(self.admin_site, Cinema, request)
        cinemas = list(Cinema.objects.none() if own is None else own.order_by("name"))
        context = {**self.admin_site.each_context(request), "title": _("Timetable"), "opts": self.opts}
        if cinemas:
            cinema, at = _chosen(cinemas, request.GET.get("cinema")), clock.now()
            day = _day(request.GET.get("day")) or cinema.local(at).date()
            context |= {
                "cinemas": cinemas,
                "cinema": cinema,
                "timetable": timetable.lay_out(cinema, day, at=at),
                "day": day,
                "today": cinema.local(at).date(),
                "before": day - timedelta(days=1),
                "after": day + timedelta(days=1),
                "may_schedule": request.user.has_perm("screenings.schedule_session"),
                "may_copy": request.user.has_perm("screenings.copy_sessions"),
            }
        return TemplateResponse(request, "backoffice/screenings/timetable.html", context)


def _chosen(cinemas: list[Cinema], key: str | None) -> Cinema:
    """The first unless one was asked for; one that is not theirs is not found."""
    if not key:
        return cinemas[0]
    for cinema in cinemas:
        if str(cinema.pk) == key:
            return cinema
    raise Http404


def _day(text: str | None) -> date | None:
    """A day that a calendar shows and that has neighbours, or none."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if is_valid_year(day) else None


def _order_links(request: HttpRequest) -> Callable[[Order], str]:
    if not request.user.has_perm("orders.view_order"):
        return lambda _order: ""
    return lambda order: reverse("admin:orders_order_change", args=[order.pk])


@admin.register(Hall)
class HallAdmin(ActionsMixin, NoDeleteAdmin):
    cinema_path = "cinema"
    list_display = ["name", "cinema", "cleaning_minutes"]
    list_filter = ["cinema"]
    list_select_related = ["cinema"]
    search_fields = ["name", "cinema__name"]
    actions_detail = ["take_out"]
    change_form_outer_before_template = "backoffice/screenings/hall.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a hall comes with its seats: "Build a hall" on the cinema's page

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["cinema"] if obj else []

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        hall = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if hall is not None and self.has_view_or_change_permission(request, hall):
            at = clock.now()
            now_or_later = SeatOutage.objects.filter(seat__hall=hall).exclude(until__lte=at).select_related("seat")
            outages = list(now_or_later.order_by("since", "seat__row", "seat__number"))
            marks = {each.seat_id: hall_layout.broken(each.reason) for each in outages if each.since <= at}
            context["layout"] = hall_layout.lay_out(hall.seats.all(), marks)
            context["outages"] = [
                {
                    "row": each,
                    "since": format_local(each.since, hall.cinema.zone),
                    "until": format_local(each.until, hall.cinema.zone),
                }
                for each in outages
            ]
        return super().change_view(request, object_id, form_url, context)

    @confirmed_action(
        permission="screenings.take_out_seat",
        title=_("Take seats off sale"),
        text=_(
            "These seats won’t be sold for screenings in the period you enter. Tickets already sold "
            "stay valid; you’ll see them before you confirm."
        ),
        form=SeatOutageForm,
        icon="chair_alt",
    )
    def take_out(self, hall: Hall, *, at: datetime, actor: User, **given: Any) -> str:
        names = ("seats", "since", "until", "reason")
        outages = take_out(**{name: given[name] for name in names}, actor=actor)
        told = ngettext("%(count)d seat taken off sale.", "%(count)d seats taken off sale.", len(outages))
        return told % {"count": len(outages)}
