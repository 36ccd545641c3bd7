"""Pages of receivers of webhooks and of what was sent to them."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.models import User
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ConflictCheckingForm, NoDeleteAdmin, ReadOnlyAdmin
from backoffice.framework.reauthentication import ReauthenticationMixin
from backoffice.integrations.connections import ConnectionsMixin
from cinema import clock
from cinema.local_time import format_local
from integrations.models import EventType, WebhookDelivery, WebhookEndpoint
from integrations.services.webhook_delivery import renew_secret, send_again, switch_on
from integrations.webhooks.client import may_be_called
from integrations.webhooks.signing import new_secret


class EndpointForm(ConflictCheckingForm):
    types = forms.MultipleChoiceField(
        label=_("Events"),
        choices=EventType.choices,
        initial=EventType.values,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    def clean_url(self) -> str:
        """An address that webhooks can reach. A password in it would stand in lists and in the history."""
        url: str = self.cleaned_data["url"]
        if not settings.WEBHOOKS_TO_PRIVATE_ADDRESSES and not may_be_called(url):
            raise forms.ValidationError(
                gettext("Enter an address on the internet that begins with https://, without a user name or password.")
            )
        return url


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReauthenticationMixin, ConnectionsMixin, ActionsMixin, NoDeleteAdmin):
    cinema_path = None
    form = EndpointForm
    list_display = ["name", "url", "cinema", "is_active", "succeeded_at", "failing_since", "disabled_at"]
    list_filter = ["is_active"]
    list_select_related = ["cinema"]
    search_fields = ["name", "url"]
    fields = ["name", "url", "is_active", "cinema", "types", "succeeded_at", "failing_since", "disabled_at"]
    readonly_fields = ["type_names", "succeeded_at", "failing_since", "disabled_at"]
    actions_detail = ["switch_on", "renew"]

    def get_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> list[str]:
        """Whoever cannot change the receiver sees names: unfold shows JSON with inline styles, which are forbidden."""
        if obj is None or self.has_change_permission(request, obj):
            return list(self.fields)
        return ["type_names" if each == "types" else each for each in self.fields]

    @admin.display(description=_("events"))
    def type_names(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(str(EventType(each).label) for each in endpoint.types if each in EventType.values)

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        """A new receiver hears of what happens from now on, and its secret is shown by the action that renews it."""
        if not change:
            obj.since, obj.secret = clock.now(), new_secret()
        super().save_model(request, obj, form, change)

    @confirmed_action(
        permission="integrations.operate_webhookendpoint",
        title=_("Switch on again"),
        text=_("What waits is sent with the next run of the job, in the order in which it happened."),
        when=lambda endpoint: endpoint.disabled_at is not None,
        icon="replay",
    )
    def switch_on(self, endpoint: WebhookEndpoint, *, at: datetime, actor: User) -> str:
        switch_on(endpoint, at=at)
        return gettext("%(receiver)s is on again.") % {"receiver": endpoint}

    @confirmed_action(
        permission="integrations.operate_webhookendpoint",
        title=_("Make a new secret"),
        text=_(
            "The secret is shown once, on the next page: copy it then. The former one goes on signing for two days, so "
            "that the receiver can change it."
        ),
        reauthenticate=True,
        logged=_("A new secret was made."),
    )
    def renew(self, endpoint: WebhookEndpoint, *, at: datetime, actor: User) -> str:
        secret = renew_secret(endpoint, at=at)
        return gettext("The secret of %(receiver)s, shown only now: %(secret)s") % {
            "receiver": endpoint,
            "secret": secret,
        }


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ActionsMixin, ReadOnlyAdmin):
    cinema_path = "event__cinema"
    ordering = NEWEST_FIRST
    list_per_page = 20
    list_display = ["what", "endpoint", "status", "attempts", "happened", "sent_at", "answer"]
    list_filter = ["status", "endpoint"]
    list_select_related = ["event__cinema", "endpoint"]
    fields = ["what", "content", "endpoint", "status", "attempts", "next_attempt", "sent_at", "answer"]
    readonly_fields = ["what", "content", "happened", "next_attempt"]
    actions = ["send_again"]
    actions_detail = ["send_again"]

    @admin.display(description=_("event"))
    def what(self, delivery: WebhookDelivery) -> str:
        return str(delivery.event.get_type_display())

    @admin.display(description=_("time"))
    def happened(self, delivery: WebhookDelivery) -> str:
        return format_local(delivery.event.at, delivery.event.cinema.zone)

    @admin.display(description=_("next attempt"))
    def next_attempt(self, delivery: WebhookDelivery) -> str:
        return "–" if delivery.is_over else format_local(delivery.next_attempt_at, delivery.event.cinema.zone)

    @admin.display(description=_("content"))
    def content(self, delivery: WebhookDelivery) -> str:
        return ", ".join(f"{name}: {value}" for name, value in delivery.event.data.items())

    @confirmed_action(
        permission="integrations.resend_webhookdelivery",
        title=_("Send again"),
        text=_("The receiver gets it with the same number, so that it can tell that it has it already."),
        when=lambda delivery: delivery.is_over,
        icon="replay",
        done=ngettext_lazy("%(count)d webhook will be sent again.", "%(count)d webhooks will be sent again.", "count"),
    )
    def send_again(self, delivery: WebhookDelivery, *, at: datetime, actor: User) -> str:
        send_again(delivery, at=at)
        return gettext("The webhook will be sent again.")
