from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cinema.admin import RecordAdmin, may
from cinema.lives import Refused
from jobs import clock
from notifications.models import Kind, Notification, Status
from notifications.services import requeue


@admin.register(Notification)
class NotificationAdmin(RecordAdmin):
    """What was told to whom. People read it, and send again what has failed."""

    cinema_path = None
    list_display = ["kind", "recipient", "status", "attempts", "created_at", "next_attempt_at", "error"]
    list_filter = ["status", "kind"]
    search_fields = ["recipient", "occasion"]
    list_per_page = 20
    ordering = ["-pk"]
    actions = ["send_again"]

    has_resend_permission = may("notifications.resend_notification")

    def get_exclude(self, request: HttpRequest, obj: Notification | None = None) -> list[str]:
        """A link to sign in is nobody's but the recipient's."""
        return ["context"] if obj is not None and obj.kind == Kind.SIGN_IN else []

    @admin.action(description=_("Send again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Notification]) -> None:
        failed = list(queryset.filter(status=Status.FAILED))
        try:
            requeue(failed, at=clock.now())
        except Refused as refusal:  # a colleague was quicker
            self.message_user(request, str(refusal), messages.ERROR)
            return
        self.message_user(
            request,
            ngettext("%(count)d message will be sent again.", "%(count)d messages will be sent again.", len(failed))
            % {"count": len(failed)},
            messages.SUCCESS if failed else messages.WARNING,
        )
