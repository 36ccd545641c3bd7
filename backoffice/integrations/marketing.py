"""Pages of marketing lists. Who is on them is not shown: that is the partner's page, and the segment's."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget

from backoffice.framework.admin import ConflictCheckingForm, NoDeleteAdmin
from backoffice.framework.reauthentication import ReauthenticationMixin
from cinema import clock
from integrations.models import ListMember, MarketingList

Status = ListMember.Status


class MarketingListForm(ConflictCheckingForm):
    secret = forms.CharField(
        label=_("API key"),
        max_length=200,
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text=_("It is not shown again. Leave empty to keep the one that is stored."),
    )

    def clean_secret(self) -> str:
        given = str(self.cleaned_data["secret"]).strip()
        if not given and not self.instance.pk:
            raise forms.ValidationError(_("Enter the key."))
        return given or self.instance.secret


@admin.register(MarketingList)
class MarketingListAdmin(ReauthenticationMixin, NoDeleteAdmin):
    """A list sends away the addresses of a segment, so it needs the password again as their export does."""

    cinema_path = None
    form = MarketingListForm
    list_display = ["name", "partner", "segment", "is_active", "on_list", "succeeded_at"]
    list_filter = ["partner", "is_active"]
    list_select_related = ["segment", "legal_entity"]
    search_fields = ["name"]
    fields = ["name", "partner", "legal_entity", "notice_on", "segment", "list_id", "secret", "is_active"]
    fields += ["members_by_status", "hook", "succeeded_at", "error"]
    readonly_fields = ["members_by_status", "hook", "succeeded_at", "error"]

    def get_fields(self, request: HttpRequest, obj: MarketingList | None = None) -> list[str]:
        """Whoever may not change the list does not see the key."""
        if obj is None:
            return [each for each in self.fields if each not in self.readonly_fields]
        hidden = set() if self.has_change_permission(request, obj) else {"secret"}
        return [each for each in self.fields if each not in hidden]

    def get_queryset(self, request: HttpRequest) -> Any:
        counted = Count("members", filter=Q(members__status=Status.ON_LIST))
        return super().get_queryset(request).annotate(on_list_count=counted)

    @admin.display(description=_("on the list"))
    def on_list(self, marketing_list: Any) -> int:
        return int(marketing_list.on_list_count)

    @admin.display(description=_("customers"))
    def members_by_status(self, marketing_list: MarketingList) -> str:
        counts = marketing_list.members.order_by().values("status").annotate(n=Count("pk"))
        found = {row["status"]: row["n"] for row in counts}
        return ", ".join(f"{status.label}: {found[status]}" for status in Status if status in found) or "–"

    @admin.display(description=_("address for the partner’s webhooks"))
    def hook(self, marketing_list: MarketingList) -> str:
        return settings.SITE_URL + reverse("marketing_hook", args=[marketing_list.uid])

    def save_model(self, request: HttpRequest, obj: MarketingList, form: Any, change: bool) -> None:
        """What waits is tried at once with the new key, and another segment is compared with the next run."""
        obj.next_attempt_at = clock.now()
        obj.planned_on = None
        super().save_model(request, obj, form, change)
