"""Page of cinemas: add a screening, copy a day or a week, add a hall."""

from datetime import date, datetime
from typing import Any

from django.contrib import admin, messages
from django.core.files.storage import storages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import confirmed_action
from backoffice.framework.admin import NoDeleteAdmin
from backoffice.framework.translated import TranslatedAdminMixin
from backoffice.incidents.cancel_day import CancelDayActions
from backoffice.screenings.cinema_form import CinemaForm
from backoffice.screenings.forms import CopyDayForm, CopyWeekForm, ScheduleForm
from backoffice.screenings.hall_forms import BuildHallForm
from backoffice.screenings.planner.week_actions import WeekActions
from cinema import clock
from incidents.services import follow_time_zone
from orders.models import Ticket
from screenings.models import Cinema
from screenings.services import (
    CopyResult,
    broken_seats,
    build_hall,
    copy_day,
    copy_week,
    schedule,
    sessions_ahead,
)
from screenings.services.map_pictures import set_map


@admin.register(Cinema)
class CinemaAdmin(TranslatedAdminMixin, CancelDayActions, WeekActions, NoDeleteAdmin):
    cinema_path = "pk"
    history_parts = {"seat_surcharges": "kind"}
    list_display = ["name", "city", "time_zone"]
    search_fields = ["name", "city"]
    form = CinemaForm
    readonly_fields = ["map_now"]
    actions_detail = [
        "schedule",
        "copy_day",
        "copy_week",
        "copy_to_plan",
        "publish_week",
        "take_back_week",
        "build_hall",
        "cancel_day",
    ]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        return fields if obj else [field for field in fields if field != "keep"]

    def save_model(self, request: HttpRequest, obj: Cinema, form: Any, change: bool) -> None:
        before = Cinema.objects.filter(pk=obj.pk).first()
        super().save_model(request, obj, form, change)
        if before is None or before.time_zone == obj.time_zone:
            return
        keep_clock = form.cleaned_data.get("keep") == CinemaForm.CLOCK
        at = clock.now()
        if count := follow_time_zone(before, obj.zone, keep_clock=keep_clock, at=at):
            messages.info(request, _kept_message(count, keep_clock=keep_clock))
        if keep_clock and (sold := _sold_off_sale(obj, at=at)):
            text = ngettext(
                "%(count)d ticket is for a seat that is off sale at that time. The hall map of the screening shows it.",
                "%(count)d tickets are for seats that are off sale at that time. The hall maps of the screenings show "
                "them.",
                sold,
            )
            messages.warning(request, text % {"count": sold})

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if picture := form.cleaned_data.get("map_file"):
            set_map(form.instance, picture)
        elif form.cleaned_data.get("remove_map"):
            set_map(form.instance, None)

    @admin.display(description=_("map now"))
    def map_now(self, cinema: Cinema) -> str:
        if not cinema.map_picture:
            return "–"
        return format_html('<img src="{}" alt="" width="320">', storages["pictures"].url(cinema.map_name("jpg")))

    @confirmed_action(
        permission="screenings.schedule_session",
        title=_("Add a screening"),
        text=_("The hall will be busy for the adverts, the film and cleaning."),
        form=ScheduleForm,
        icon="add",
    )
    def schedule(self, cinema: Cinema, *, at: datetime, actor: User, **data: Any) -> str:
        names = ("film", "hall", "start", "ticket_price", "format", "no_certificate_reason")
        session = schedule(**{name: data[name] for name in names}, at=at, actor=actor)
        return gettext("%(session)s: screening added.") % {"session": session}

    @confirmed_action(
        permission="screenings.copy_sessions",
        title=_("Copy a day"),
        text=_("Copies one day’s screenings to another day at the same times. You’ll see them before you confirm."),
        form=CopyDayForm,
        icon="content_copy",
    )
    def copy_day(self, cinema: Cinema, *, at: datetime, actor: User, day: date, to: date, previewed: str) -> str:
        return _copy_message(copy_day(cinema, day=day, to=to, at=at, actor=actor))

    @confirmed_action(
        permission="screenings.copy_sessions",
        title=_("Copy a week"),
        text=_("Copies seven days of screenings to another week. You’ll see them before you confirm."),
        form=CopyWeekForm,
        icon="content_copy",
    )
    def copy_week(self, cinema: Cinema, *, at: datetime, actor: User, monday: date, to: date, previewed: str) -> str:
        return _copy_message(copy_week(cinema, monday=monday, to=to, at=at, actor=actor))

    @confirmed_action(
        permission="screenings.build_hall",
        title=_("Add a hall"),
        text=_("Type in the rows of seats. You’ll see the plan before the hall is added."),
        form=BuildHallForm,
        icon="event_seat",
    )
    def build_hall(
        self, cinema: Cinema, *, at: datetime, actor: User, drawing: list[str], previewed: str, **data: Any
    ) -> str:
        hall = build_hall(cinema=cinema, rows=drawing, **data)
        return gettext("%(hall)s: hall added.") % {"hall": hall}


def _sold_off_sale(cinema: Cinema, *, at: datetime) -> int:
    """How many tickets for screenings ahead are for seats that are out of use then. Three queries at most."""
    out = broken_seats(list(sessions_ahead(cinema, at=at)))
    taken = Ticket.objects.live().filter(session__in=[session for session, seats in out.items() if seats])
    return sum(seat in out[session] for session, seat in taken.values_list("session", "seat"))


def _kept_message(count: int, *, keep_clock: bool) -> str:
    if keep_clock:
        kept = ngettext(
            "%(count)d screening keeps its clock time.", "%(count)d screenings keep their clock times.", count
        )
    else:
        kept = ngettext(
            "%(count)d screening has another clock time now.",
            "%(count)d screenings have another clock time now.",
            count,
        )
    told = gettext("Customers with tickets are told.")
    return f"{kept} {told}" % {"count": count}


def _copy_message(result: CopyResult) -> str:
    added = len(result.created)
    message = ngettext("%(count)d screening added.", "%(count)d screenings added.", added) % {"count": added}
    if skipped := len(result.skipped):
        message += " " + ngettext("%(count)d skipped.", "%(count)d skipped.", skipped) % {"count": skipped}
    return message
