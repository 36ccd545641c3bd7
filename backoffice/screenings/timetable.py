"""Page of the timetable: a day of one cinema, by hall. Linked from the menu instead of the list of sessions."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import CinemaScopedAdmin
from backoffice.framework.chosen_cinema import chosen_cinema
from backoffice.framework.scoped_choices import visible_rows
from backoffice.pricing.expected import expected_at
from backoffice.screenings import timetable_layout
from backoffice.screenings.forms import parse_day
from cinema import clock
from screenings.models import Cinema


class TimetableMixin(CinemaScopedAdmin):
    """Adds the timetable to the pages of sessions, at `admin:screenings_session_timetable`.

    It takes `?cinema=` (an id) and `?day=` (ISO format); by default it shows the cinema that was chosen last, or the
    person's first one, today.
    """

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.timetable)
        return [path("timetable/", view, name="screenings_session_timetable"), *super().get_urls()]

    def timetable(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        visible = visible_rows(self.admin_site, Cinema, request)
        cinemas = list(Cinema.objects.none() if visible is None else visible.order_by("name"))
        context = {**self.admin_site.each_context(request), "title": _("Timetable")}
        if cinemas:
            cinema, at = requested_cinema(request, cinemas), clock.now()
            day = parse_day(request.GET.get("day")) or cinema.local(at).date()
            timetable = timetable_layout.lay_out_day(
                cinema, day, expected=lambda sessions: expected_at(sessions, request), at=at
            )
            context |= {
                "cinemas": cinemas,
                "cinema": cinema,
                "timetable": timetable,
                "has_forecasts": any(block.expected for row in timetable.halls for block in row.blocks),
                "day": day,
                "today": cinema.local(at).date(),
                "before": day - timedelta(days=1),
                "after": day + timedelta(days=1),
                "may_schedule": request.user.has_perm("screenings.schedule_session"),
                "may_copy": request.user.has_perm("screenings.copy_sessions"),
            }
        return TemplateResponse(request, "backoffice/screenings/timetable.html", context)


def requested_cinema(request: HttpRequest, cinemas: list[Cinema]) -> Cinema:
    """The cinema that was chosen here or on another page, or the first one. 404 for one that the person may not see."""
    chosen = chosen_cinema(request, cinemas)
    if (key := request.GET.get("cinema")) and (chosen is None or str(chosen.pk) != key):
        raise Http404
    return chosen or cinemas[0]
