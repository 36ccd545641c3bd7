"""Page of tickets, with check-in."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.badges import StatusBadgeMixin
from backoffice.framework.counted_filter import CountedFilter
from backoffice.orders.code_lookup import CodeLookupMixin
from backoffice.orders.columns import TICKET_COLOURS
from backoffice.orders.forms import CheckInForm, OverrideCheckInForm, UndoCheckInForm
from cinema import clock
from orders.models import Ticket
from orders.services import UnknownCode, check_in, is_admission_time, ticket_of, undo_check_in


@admin.register(Ticket)
class TicketAdmin(CodeLookupMixin, StatusBadgeMixin, ActionsMixin, ReadOnlyAdmin):
    colours = TICKET_COLOURS
    ordering = NEWEST_FIRST
    cinema_path = "order__cinema"
    list_per_page = 20
    list_display = ["order", "at_cinema", "session", "hall", "seat", "ticket_type", "price", "status_label"]
    list_filter = ["status", CountedFilter]
    link_lookups = frozenset(
        {
            "session__id__exact",  # the first page links to the tickets of a cancelled session, and reports to theirs
            *("session__film", "session__hall", "session__format", "session__language", "ticket_type", "seat__kind"),
            *("order__cinema", "order__channel", "order__promocode", "order__promocode__isnull"),
        }
    )
    list_select_related = ["order__cinema", "session__film", "session__hall__cinema", "seat", "ticket_type"]
    search_fields = ["=order__number"]
    search_help_text = _("Order number or ticket code")
    exclude = ["status"]
    readonly_fields = ["status_label", "hall"]
    actions_detail = ["let_in", "override", "undo"]

    @admin.display(description=_("hall"), ordering="session__hall__name")
    def hall(self, ticket: Ticket) -> str:
        return ticket.session.hall.name

    def look_up(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        try:
            return queryset.filter(pk=ticket_of(search_term).pk), False
        except UnknownCode:  # it may be an order number
            return super().look_up(request, queryset, search_term)

    @confirmed_action(
        permission="orders.check_in_ticket",
        title=_("Check in"),
        text=_("The ticket will be marked as used and can’t be used again."),
        when=lambda ticket: ticket.status == Ticket.Status.PAID,
        form=CheckInForm,
        icon="qr_code_scanner",
    )
    def let_in(self, ticket: Ticket, *, at: datetime, actor: User) -> str:
        check_in(ticket, at=at, actor=actor)
        return _checked_in(ticket)

    @confirmed_action(
        permission="orders.override_check_in_ticket",
        title=_("Check in anyway"),
        text=_("This ticket is for another time. It will still be marked as used, and your reason will be stored."),
        when=lambda ticket: ticket.status == Ticket.Status.PAID and not is_admission_time(ticket.session, clock.now()),
        form=OverrideCheckInForm,
        icon="supervisor_account",
        danger=True,
    )
    def override(self, ticket: Ticket, *, at: datetime, actor: User, reason: str) -> str:
        check_in(ticket, at=at, actor=actor, override=reason)
        return _checked_in(ticket)

    @confirmed_action(
        permission="orders.undo_check_in_ticket",
        title=_("Undo check-in"),
        text=_(
            "The ticket will become valid again, for this screening alone: as it was scanned, it is still refunded or "
            "exchanged only if the cinema is at fault."
        ),
        when=lambda ticket: ticket.status == Ticket.Status.USED,
        form=UndoCheckInForm,
        icon="undo",
    )
    def undo(self, ticket: Ticket, *, at: datetime, actor: User, reason: str) -> str:
        undo_check_in(ticket, reason=reason, at=at, actor=actor)
        return gettext("%(ticket)s: check-in undone.") % {"ticket": ticket}


def _checked_in(ticket: Ticket) -> str:
    return gettext("Checked in: %(ticket)s, %(hall)s, %(type)s.") % {
        "ticket": ticket,
        "hall": ticket.session.hall.name,
        "type": ticket.ticket_type,
    }
