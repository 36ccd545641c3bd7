"""Page of seat outages: seats that are off sale for a while."""

from datetime import datetime

from django.contrib import admin
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from cinema import clock
from cinema.local_time import format_local
from screenings.models import SeatOutage
from screenings.services import end_outage


@admin.register(SeatOutage)
class SeatOutageAdmin(ActionsMixin, ReadOnlyAdmin):
    cinema_path = "seat__hall__cinema"
    ordering = NEWEST_FIRST
    list_per_page = 20
    list_display = ["seat", "hall", "since_local", "until_local", "reason", "actor"]
    list_filter = ["seat__hall"]
    list_select_related = ["seat__hall__cinema", "actor"]
    actions = ["put_back"]
    actions_detail = ["put_back"]

    @admin.display(description=_("hall"))
    def hall(self, outage: SeatOutage) -> str:
        return str(outage.seat.hall)

    @admin.display(description=_("off sale from"), ordering="since")
    def since_local(self, outage: SeatOutage) -> str:
        return format_local(outage.since, outage.seat.hall.cinema.zone)

    @admin.display(description=_("off sale until"), ordering="until")
    def until_local(self, outage: SeatOutage) -> str:
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
        end_outage(outage, at=at)
        return gettext("%(seat)s: back on sale.") % {"seat": outage.seat}
