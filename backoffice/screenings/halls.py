"""Page of halls: the seat plan, and taking seats off sale."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import confirmed_action
from backoffice.framework.admin import NoDeleteAdmin
from backoffice.framework.translated import TranslatedAdminMixin, texts_form
from backoffice.incidents.cancel_day import CancelDayActions
from backoffice.screenings.hall_forms import RedrawHallForm, SeatOutageForm
from cinema import clock
from cinema.local_time import format_local
from screenings import hall_layout
from screenings.models import Hall, SeatOutage
from screenings.services import redraw_hall, start_outage


@admin.register(Hall)
class HallAdmin(TranslatedAdminMixin, CancelDayActions, NoDeleteAdmin):
    cinema_path = "cinema"
    form = texts_form(Hall)
    list_display = ["name", "cinema", "cleaning_minutes"]
    list_filter = ["cinema"]
    list_select_related = ["cinema"]
    search_fields = ["name", "cinema__name"]
    actions_detail = ["take_out", "redraw", "cancel_day"]
    change_form_outer_before_template = "backoffice/screenings/hall.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a hall is added with its seats, by an action on the page of its cinema

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["cinema", "curve"] if obj else []

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        hall = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if hall is not None and self.has_view_or_change_permission(request, hall):
            at = clock.now()
            outages = SeatOutage.objects.filter(seat__hall=hall).exclude(until__lte=at).select_related("seat")
            outages = outages.order_by("since", "seat__row", "seat__number")
            marks = {each.seat_id: hall_layout.broken(each.reason) for each in outages if each.since <= at}
            context["layout"] = hall_layout.lay_out(hall.seats.all(), marks, hall=hall)
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
    def take_out(self, hall: Hall, *, at: datetime, actor: User, **data: Any) -> str:
        names = ("seats", "since", "until", "reason")
        outages = start_outage(**{name: data[name] for name in names}, actor=actor)
        message = ngettext("%(count)d seat taken off sale.", "%(count)d seats taken off sale.", len(outages))
        return message % {"count": len(outages)}

    @confirmed_action(
        permission="screenings.build_hall",
        title=_("Change the plan"),
        text=_("Move gaps and stairs, and bend the rows. Seats keep their rows, numbers and types: tickets name them."),
        form=RedrawHallForm,
        icon="event_seat",
    )
    def redraw(self, hall: Hall, *, at: datetime, actor: User, drawing: list[str], curve: int, previewed: str) -> str:
        redraw_hall(hall, rows=drawing, curve=curve, actor=actor)
        return gettext("%(hall)s: plan changed.") % {"hall": hall}
