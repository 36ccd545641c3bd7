"""Pages of the programme that need nothing from above. Those of sessions and halls, which show who sits where, are in
`backoffice.screenings`."""

from datetime import date, datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import CinemaScopedAdmin, NoDeleteAdmin, ReadOnlyAdmin
from backoffice.framework.import_export.pages import ImportExportMixin
from backoffice.screenings.forms import BuildHallForm, CopyDayForm, CopyWeekForm, ScheduleForm
from backoffice.screenings.resources import FilmResource
from cinema import clock
from cinema.local_time import format_local
from screenings.models import (
    Cinema,
    Film,
    Genre,
    Seat,
    SeatOutage,
    SeatSurcharge,
    SessionSummary,
    TicketType,
)
from screenings.services import CopyResult, build_hall, copy_day, copy_week, put_back, schedule


@admin.register(Cinema)
class CinemaAdmin(ActionsMixin, NoDeleteAdmin):
    cinema_path = "pk"
    history_parts = {"seat_surcharges": "kind"}
    list_display = ["name", "city", "time_zone"]
    search_fields = ["name", "city"]
    actions_detail = ["schedule", "copy_day", "copy_week", "build_hall"]

    @confirmed_action(
        permission="screenings.schedule_session",
        title=_("Add a screening"),
        text=_("The hall will be busy for the adverts, the film and cleaning."),
        form=ScheduleForm,
        icon="add",
    )
    def schedule(self, cinema: Cinema, *, at: datetime, actor: User, **given: Any) -> str:
        names = ("film", "hall", "start", "ticket_price", "format")
        session = schedule(**{name: given[name] for name in names}, at=at, actor=actor)
        return gettext("%(session)s: screening added.") % {"session": session}

    @confirmed_action(
        permission="screenings.copy_sessions",
        title=_("Copy a day"),
        text=_("Copies one day’s screenings to another day at the same times. You’ll see them before you confirm."),
        form=CopyDayForm,
        icon="content_copy",
    )
    def copy_day(self, cinema: Cinema, *, at: datetime, actor: User, day: date, to: date, looked: str) -> str:
        return _copied(copy_day(cinema, day=day, to=to, at=at, actor=actor))

    @confirmed_action(
        permission="screenings.copy_sessions",
        title=_("Copy a week"),
        text=_("Copies seven days of screenings to another week. You’ll see them before you confirm."),
        form=CopyWeekForm,
        icon="content_copy",
    )
    def copy_week(self, cinema: Cinema, *, at: datetime, actor: User, monday: date, to: date, looked: str) -> str:
        return _copied(copy_week(cinema, monday=monday, to=to, at=at, actor=actor))

    @confirmed_action(
        permission="screenings.build_hall",
        title=_("Add a hall"),
        text=_("Type in the rows of seats. You’ll see the plan before the hall is added."),
        form=BuildHallForm,
        icon="event_seat",
    )
    def build_hall(
        self, cinema: Cinema, *, at: datetime, actor: User, drawing: list[str], looked: str, **given: Any
    ) -> str:
        hall = build_hall(cinema=cinema, rows=drawing, **given)
        return gettext("%(hall)s: hall added.") % {"hall": hall}


def _copied(result: CopyResult) -> str:
    made = len(result.made)
    told = ngettext("%(count)d screening added.", "%(count)d screenings added.", made) % {"count": made}
    if left := len(result.left_out):
        told += " " + ngettext("%(count)d skipped.", "%(count)d skipped.", left) % {"count": left}
    return told


@admin.register(Seat)
class SeatAdmin(ReadOnlyAdmin):
    cinema_path = "hall__cinema"
    list_display = ["hall", "row", "number", "kind"]
    list_filter = ["hall", "kind"]
    list_select_related = ["hall__cinema"]


@admin.register(SeatOutage)
class SeatOutageAdmin(ActionsMixin, ReadOnlyAdmin):
    cinema_path = "seat__hall__cinema"
    list_display = ["seat", "hall", "broken_from", "broken_until", "reason", "actor"]
    list_filter = ["seat__hall"]
    list_select_related = ["seat__hall__cinema", "actor"]
    actions = ["put_back"]
    actions_detail = ["put_back"]

    @admin.display(description=_("hall"))
    def hall(self, outage: SeatOutage) -> str:
        return str(outage.seat.hall)

    @admin.display(description=_("off sale from"), ordering="since")
    def broken_from(self, outage: SeatOutage) -> str:
        return format_local(outage.since, outage.seat.hall.cinema.zone)

    @admin.display(description=_("off sale until"), ordering="until")
    def broken_until(self, outage: SeatOutage) -> str:
        return format_local(outage.until, outage.seat.hall.cinema.zone)

    @confirmed_action(
        permission="screenings.take_out_seat",
        title=_("Put back on sale"),
        text=_("The seat will be on sale again from now on."),
        when=lambda outage: outage.until is None or outage.until > clock.now(),
        icon="build",
        done=ngettext_lazy("%(count)d seat put back on sale.", "%(count)d seats put back on sale.", "count"),
    )
    def put_back(self, outage: SeatOutage, *, at: datetime, actor: User) -> str:
        put_back(outage, at=at)
        return gettext("%(seat)s: back on sale.") % {"seat": outage.seat}


@admin.register(SeatSurcharge)
class SeatSurchargeAdmin(CinemaScopedAdmin):
    cinema_path = "cinema"
    list_display = ["cinema", "kind", "amount"]
    list_filter = ["cinema"]
    list_select_related = ["cinema"]


@admin.register(TicketType)
class TicketTypeAdmin(NoDeleteAdmin):
    cinema_path = None
    list_display = ["name", "price_percent", "is_active"]


@admin.register(Genre)
class GenreAdmin(CinemaScopedAdmin):
    cinema_path = None
    search_fields = ["name"]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Films only lose the genre: that they have it is a row of the database, and nothing to people."""
        _rows, counts, needed, protected = super().get_deleted_objects(objs, request)
        own = str(self.opts.verbose_name_plural)
        return [str(genre) for genre in objs], {own: counts.get(own, 0)}, needed, protected


@admin.register(Film)
class FilmAdmin(ImportExportMixin, NoDeleteAdmin):
    cinema_path = None
    list_display = ["title", "duration_minutes", "age_rating"]
    list_filter = ["age_rating", "genres"]
    search_fields = ["title"]
    autocomplete_fields = ["genres"]

    def resource_for(self, request: HttpRequest) -> FilmResource:
        rows = self.get_queryset(request).prefetch_related("genres")
        return FilmResource(rows=rows, person=request.user, at=clock.now())


@admin.register(SessionSummary)
class SessionSummaryAdmin(ReadOnlyAdmin):
    cinema_path = "session__hall__cinema"
    list_display = ["session", "at_cinema", "capacity", "sold", "used", "no_show", "refunded", "gross", "net"]
    list_select_related = ["session__film", "session__hall__cinema"]
