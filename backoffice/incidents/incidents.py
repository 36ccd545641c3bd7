"""Page of changes to screenings with sales: what was done, by whom, and how many guests know."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from cinema.local_time import format_local
from incidents.models import Incident
from notifications.models import Status


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    cinema_path = "cinema"
    ordering = NEWEST_FIRST
    list_display = ["kind", "cinema", "at_local", "reason", "actor"]
    list_filter = ["kind", "cinema"]
    list_select_related = ["cinema", "actor"]
    fields = [("kind", "cinema"), ("at_local", "actor"), "reason", ("cause", "words"), "screenings", "until_local"]
    readonly_fields = ["at_local", "until_local", "screenings"]
    change_form_outer_before_template = "backoffice/incidents/incident.html"

    @admin.display(description=_("time"), ordering="at")
    def at_local(self, incident: Incident) -> str:
        return format_local(incident.at, incident.cinema.zone)

    @admin.display(description=_("refund possible until"))
    def until_local(self, incident: Incident) -> str:
        return format_local(incident.refund_until, incident.cinema.zone)

    @admin.display(description=_("screenings, as they were"))
    def screenings(self, incident: Incident) -> str:
        zone = incident.cinema.zone
        rows = incident.changed.select_related("film", "hall").order_by("start_datetime", "pk")
        lines = (f"{row.film}, {format_local(row.start_datetime, zone)}, {row.hall.name}" for row in rows)
        return format_html_join("", "<div>{}</div>", ((line,) for line in lines))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        incident = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if incident is not None and self.has_view_permission(request, incident):
            context["counts"] = _counts(incident)
            context["guests"] = reverse("admin:incidents_concernedorder_changelist") + f"?incident={incident.pk}"
            context["may_see_guests"] = request.user.has_perm("incidents.view_concernedorder")
        return super().change_view(request, object_id, form_url, context)


def _counts(incident: Incident) -> list[tuple[str, int]]:
    """How many guests know, by way; one query."""
    rows = incident.orders.with_facts()
    found = rows.aggregate(
        orders=Count("pk"),
        sent=Count("pk", filter=Q(told=Status.SENT)),
        on_the_way=Count("pk", filter=Q(told__in=[Status.QUEUED, Status.SENDING])),
        failed=Count("pk", filter=Q(told__in=[Status.FAILED, Status.OUTDATED])),
        phoned=Count("pk", filter=Q(phoned_at__isnull=False)),
        no_address=Count("pk", filter=Q(address="", phoned_at=None)),
        stay_away=Count("pk", filter=Q(comes=False)),
    )
    return [
        (gettext("orders"), found["orders"]),
        (gettext("message sent"), found["sent"]),
        (gettext("message on its way"), found["on_the_way"]),
        (gettext("message failed"), found["failed"]),
        (gettext("told by phone"), found["phoned"]),
        (gettext("without an address"), found["no_address"]),
        (gettext("no longer come"), found["stay_away"]),
    ]
