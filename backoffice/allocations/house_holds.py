"""Page of house holds: which seats the house keeps, why, and until when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.models import User
from allocations.models import HouseHold
from allocations.services import release
from backoffice.framework.actions import ActionForm, ActionsMixin, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.badges import status_badge
from cinema import clock
from cinema.local_time import format_local
from orders.models import Order, Ticket
from screenings.models import Seat


def is_standing(house_hold: HouseHold) -> bool:
    return house_hold.order.status in Order.UNPAID and house_hold.order.expires_at > clock.now()


class ReleaseForm(ActionForm):
    seats = forms.MultipleChoiceField(
        label=_("Seats to release"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=_("The others stay kept."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(each.seat.pk): each.seat for each in self.row.order.tickets.select_related("seat")}
        self.fields["seats"].choices = [*self.offered.items()]  # type: ignore[attr-defined]
        self.initial.setdefault("seats", [*self.offered])

    def clean_seats(self) -> list[Seat]:
        return [self.offered[key] for key in self.cleaned_data["seats"]]


@admin.register(HouseHold)
class HouseHoldAdmin(ActionsMixin, ReadOnlyAdmin):
    cinema_path = "order__cinema"
    ordering = NEWEST_FIRST
    list_display = ["order", "screening", "seats", "reason", "until_local", "state", "actor"]
    list_filter = ["order__cinema"]
    list_select_related = ["order__cinema", "actor"]
    search_fields = ["reason", "order__number"]
    fields = [("order", "state"), "screening", "seats", "reason", ("until_local", "actor")]
    readonly_fields = ["screening", "seats", "until_local", "state"]
    actions_detail = ["release"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[HouseHold]:
        tickets = Ticket.objects.select_related("seat", "session__film", "session__hall__cinema").order_by("seat")
        return super().get_queryset(request).prefetch_related(Prefetch("order__tickets", tickets))

    @admin.display(description=_("screening"))
    def screening(self, house_hold: HouseHold) -> str:
        return str(_tickets(house_hold)[0].session)

    @admin.display(description=_("seats"))
    def seats(self, house_hold: HouseHold) -> str:
        return "; ".join(str(each.seat) for each in _tickets(house_hold))

    @admin.display(description=_("kept until"), ordering="order__expires_at")
    def until_local(self, house_hold: HouseHold) -> str:
        return format_local(house_hold.order.expires_at, house_hold.order.cinema.zone)

    @admin.display(description=_("status"))
    def state(self, house_hold: HouseHold) -> str:
        if is_standing(house_hold):
            return status_badge(gettext("kept"), "info")
        if house_hold.order.paid_at:
            return status_badge(gettext("sold"), "success")
        return status_badge(gettext("released"))

    @confirmed_action(
        permission="allocations.keep_seats",
        title=_("Release seats"),
        text=_("They go back on sale at once."),
        form=ReleaseForm,
        when=is_standing,
        icon="undo",
    )
    def release(self, house_hold: HouseHold, *, at: datetime, actor: User, seats: Sequence[Seat]) -> str:
        release(house_hold, seats=seats, at=at, actor=actor)
        return gettext("Back on sale: %(seats)s.") % {"seats": "; ".join(str(seat) for seat in seats)}


def _tickets(house_hold: HouseHold) -> Sequence[Ticket]:
    return list(house_hold.order.tickets.all())
