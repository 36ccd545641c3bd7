"""Page of notifications: the messages sent to customers and staff."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.framework.admin import ReadOnlyAdmin, permission_check
from backoffice.framework.badges import language_name
from cinema import clock
from cinema.local_time import format_local
from cinema.status import Refused
from notifications.channels import is_email
from notifications.models import MessageKind, Notification, Status
from notifications.services import SECRETS, requeue


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """Read-only, except that failed messages can be sent again."""

    cinema_path = "cinema"
    list_display = ["kind", "recipient", "status", "attempts", "created_at", "error"]
    fields = [
        "kind",
        "recipient",
        "cinema",
        "occasion",
        "language_label",
        "facts",
        "status",
        "attempts",
        "created_at",
        "not_after",
    ]
    fields += ["next_attempt", "sent_at", "channel", "error", "sms"]
    readonly_fields = ["language_label", "facts", "next_attempt", "sms"]
    list_filter = ["status", "kind", "cinema"]
    search_fields = ["recipient", "occasion"]
    searches_phones = True
    list_per_page = 20
    ordering = ["-pk"]
    actions = ["send_again"]

    has_resend_permission = permission_check("notifications.resend_notification")

    def get_fields(self, request: HttpRequest, obj: Notification | None = None) -> list[str]:
        """Leaves out the details of a sign-in message: its link would let staff sign in as the recipient."""
        hidden = {"facts"} if obj is not None and obj.kind == MessageKind.SIGN_IN else set()
        if obj is None or is_email(obj.recipient):
            hidden.add("sms")
        return [each for each in self.fields if each not in hidden]

    @admin.display(description=_("language"))
    def language_label(self, message: Notification) -> str:
        return language_name(message.language)

    @admin.display(description=_("details"))
    def facts(self, message: Notification) -> SafeString:
        """Leaves out links and codes, because whoever has them can act as the recipient."""
        facts = sorted((name, fact) for name, fact in message.context.items() if name not in SECRETS)
        return format_html_join(mark_safe("<br>"), "{}: {}", facts)

    @admin.display(description=_("next attempt"))
    def next_attempt(self, message: Notification) -> str:
        """Empty for messages that will not be tried again."""
        return format_local(message.next_attempt_at) if message.status in (Status.QUEUED, Status.SENDING) else "–"

    @admin.display(description=_("SMS"))
    def sms(self, message: Notification) -> SafeString | str:
        """Whether it arrived, and what it cost; a line for each that was sent."""
        lines = []
        for each in message.sms.order_by("pk"):
            facts = [str(each.get_status_display())]
            if each.parts:
                facts.append(ngettext("%(count)d part", "%(count)d parts", each.parts) % {"count": each.parts})
            if each.cost is not None:
                facts.append(f"{each.cost.normalize():f} {each.currency}".strip())
            lines.append((format_local(each.sent_at), ", ".join(facts)))
        return format_html_join(mark_safe("<br>"), "{}: {}", lines) or "–"

    @admin.action(description=_("Send again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Notification]) -> None:
        failed = list(queryset.filter(status=Status.FAILED))
        try:
            requeue(failed, at=clock.now())
        except Refused as refusal:  # a colleague has already sent them again
            self.message_user(request, str(refusal), messages.ERROR)
            return
        self.message_user(
            request,
            ngettext("%(count)d message will be sent again.", "%(count)d messages will be sent again.", len(failed))
            % {"count": len(failed)},
            messages.SUCCESS if failed else messages.WARNING,
        )
