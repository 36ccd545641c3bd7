"""The week planner: a week of one cinema by day and hall, with drafts that staff add, move, copy and publish."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import CinemaScopedAdmin
from backoffice.framework.scoped_choices import visible_rows
from backoffice.pricing.expected import expected_of
from backoffice.screenings.forms import parse_day
from backoffice.screenings.planner import layout
from backoffice.screenings.planner.advice import AdviceMixin
from backoffice.screenings.planner.forms import FACTS, DraftForm
from backoffice.screenings.timetable import requested_cinema
from cinema import clock
from cinema.ids import is_valid_id
from cinema.money import format_money
from cinema.status import Refused
from screenings.models import Cinema, Hall, PlannedSession
from screenings.services import draft, redraft

DAY = timedelta(days=1)
STEP = 300  # seconds to which a dragged draft and a click are rounded
LATEST = 32_503_680_000  # seconds: the year 3000


@admin.register(PlannedSession)
class PlannedSessionAdmin(AdviceMixin, CinemaScopedAdmin):
    """The page of one draft; `admin:screenings_plannedsession_planner` is the week.

    It takes `?cinema=` (an id) and `?week=` (a day of it, in ISO format); by default it shows next week.
    """

    cinema_path = "hall__cinema"
    form = DraftForm
    list_display = ["film", "hall", "start_datetime", "ticket_price"]
    list_filter = ["hall__cinema"]
    list_select_related = ["film", "hall__cinema", "price_row"]
    search_fields = ["film__title"]
    fields = [
        *("film", "hall", ("day", "time"), "which", ("format", "language", "subtitles"), "ticket_price"),
        "no_certificate_reason",
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(session=None)

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("planner/", wrap(self.planner), name="screenings_plannedsession_planner"),
            path("planner/move/", wrap(self.move), name="screenings_plannedsession_move"),
            *super().get_urls(),
        ]

    # --- The week

    def planner(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        visible = visible_rows(self.admin_site, Cinema, request)
        cinemas = list(Cinema.objects.none() if visible is None else visible.order_by("name"))
        context = {**self.admin_site.each_context(request), "title": _("Week planner")}
        if cinemas:
            cinema, at = requested_cinema(request, cinemas), clock.now()
            this_week = cinema.week_of(cinema.business_date(at))
            first = cinema.week_of(parse_day(request.GET.get("week")) or this_week + 7 * DAY)
            week = layout.lay_out_week(
                cinema, first, expected=lambda stored, drafts: expected_of(stored, drafts, request), at=at
            )
            context |= {
                "cinemas": cinemas,
                "cinema": cinema,
                "week": week,
                "last": first + 6 * DAY,
                "before": first - 7 * DAY,
                "after": first + 7 * DAY,
                "next": this_week + 7 * DAY,
                "may_see_advice": request.user.has_perm("pricing.view_sessionforecast"),
                "may_add": self.has_add_permission(request),
                "may_change": self.has_change_permission(request),
                "may_copy": request.user.has_perm("screenings.copy_sessions"),
                "may_publish": request.user.has_perm("screenings.schedule_session"),
                "may_take_back": request.user.has_perm("screenings.cancel_session"),
            }
        return TemplateResponse(request, "backoffice/screenings/planner.html", context)

    def move(self, request: HttpRequest) -> HttpResponseBase:
        """A draft was dragged: `draft`, `hall` (ids) and `start` (seconds since 1970) are posted."""
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        planned, hall = self._posted(request)
        start = _instant(request.POST.get("start", ""))
        if start is None:
            raise Http404
        try:
            redraft(planned, hall=hall, start_datetime=start, at=clock.now(), actor=request.user)  # type: ignore[arg-type]
        except Refused as refused:
            self.message_user(request, f"{planned}: {refused}", messages.ERROR)
        else:
            message = gettext("Moved: %(draft)s, %(hall)s.") % {"draft": planned, "hall": hall.name}
            self.log_change(request, planned, message)
            self.message_user(request, f"{message} {_price_in_words(planned)}", messages.SUCCESS)
        return redirect(_week_url(planned))

    def _posted(self, request: HttpRequest) -> tuple[PlannedSession, Hall]:
        keys = [request.POST.get(name, "") for name in ("draft", "hall")]
        if not all(is_valid_id(key) for key in keys):
            raise Http404
        planned = self.get_object(request, keys[0])
        hall = planned and planned.hall.cinema.halls.filter(pk=keys[1]).select_related("cinema").first()
        if planned is None or hall is None:
            raise Http404
        return planned, hall

    # --- One draft

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A link may name hall, film, and the start as `at` (seconds since 1970)."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        hall, start = initial.get("hall", ""), _instant(initial.pop("at", ""))
        found = Hall.objects.filter(pk=hall).select_related("cinema").first() if is_valid_id(str(hall)) else None
        if found is not None and start is not None:
            local = found.cinema.local(start)
            initial |= {"day": local.date(), "time": local.time().replace(tzinfo=None)}
        return initial

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["fields"] = [*FACTS, "ticket_price"]
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: PlannedSession, form: Any, change: bool) -> None:
        data, at = form.cleaned_data, clock.now()
        facts = {name: data[name] for name in FACTS}
        actor: Any = request.user
        if not change:
            saved = draft(**facts, start=form.start, ticket_price=self._entered(form), at=at, actor=actor)
            obj.pk, obj._state.adding = saved.pk, False
        else:
            saved = PlannedSession.objects.get(pk=obj.pk)
            facts |= {"start_datetime": form.start}
            if not form.keeps_price:
                facts |= {"ticket_price": self._entered(form)}
            redraft(saved, **facts, at=at, actor=actor)
        for field in PlannedSession._meta.concrete_fields:
            setattr(obj, field.name, getattr(saved, field.name))
        self.message_user(request, _price_in_words(obj), messages.INFO)

    @staticmethod
    def _entered(form: Any) -> Any:
        """The price that was typed in; None if it comes from the price list."""
        return form.cleaned_data["ticket_price"] if form["ticket_price"].data else None

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refused:  # a colleague was faster than the form's own check
            self.message_user(request, str(refused), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def response_post_save_add(self, request: HttpRequest, obj: PlannedSession) -> HttpResponseRedirect:
        return HttpResponseRedirect(_week_url(obj))

    response_post_save_change = response_post_save_add

    def delete_model(self, request: HttpRequest, obj: PlannedSession) -> None:
        request._week_url = _week_url(obj)  # type: ignore[attr-defined]
        super().delete_model(request, obj)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        super().response_delete(request, obj_display, obj_id)
        return HttpResponseRedirect(request._week_url)  # type: ignore[attr-defined]


def _week_url(planned: PlannedSession) -> str:
    cinema = planned.hall.cinema
    day = cinema.business_date(planned.start_datetime)
    address = reverse("admin:screenings_plannedsession_planner")
    return f"{address}?cinema={cinema.pk}&week={cinema.week_of(day).isoformat()}#day-{day.isoformat()}"


def _price_in_words(planned: PlannedSession) -> str:
    price = format_money(planned.ticket_price)
    if planned.costs_as_listed:
        return gettext("Ticket price: %(price)s, from the row “%(row)s” of the price list.") % {
            "price": price,
            "row": planned.price_row,
        }
    return gettext("Ticket price: %(price)s, entered by hand.") % {"price": price}


def _instant(seconds: Any) -> datetime | None:
    """The instant, rounded to five minutes; None for anything but a number of seconds that lies in a usual year."""
    if not (isinstance(seconds, str) and seconds.isascii() and seconds.isdigit() and int(seconds[:12]) < LATEST):
        return None
    return datetime.fromtimestamp(round(int(seconds[:12]) / STEP) * STEP, UTC)
