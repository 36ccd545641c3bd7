"""Pages of partners and their API keys."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, NoDeleteAdmin, ReadOnlyAdmin
from backoffice.framework.reauthentication import ReauthenticationMixin
from cinema import clock
from cinema.money import format_money
from integrations.models import ApiKey, Partner
from integrations.services.keys import issue_key, revoke_key
from integrations.services.selling import owed_on_account


@admin.register(Partner)
class PartnerAdmin(ReauthenticationMixin, ActionsMixin, NoDeleteAdmin):
    cinema_path = None
    list_display = ["name", "is_active", "may_sell", "may_refund", "all_cinemas"]
    list_filter = ["is_active"]
    search_fields = ["name"]
    fields = [
        *("name", "is_active", "may_sell", "may_refund", "may_pay_on_account"),
        *("all_cinemas", "cinemas", "on_account"),
    ]
    readonly_fields = ["on_account"]
    actions_detail = ["make_key"]

    @admin.display(description=_("on account"))
    def on_account(self, partner: Partner) -> str:
        """What was sold on account in this month and the last, less what was refunded. Four queries."""
        zone = ZoneInfo(settings.TIME_ZONE)
        this = clock.now().astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        last = (this - timedelta(days=1)).replace(day=1)
        months = ((last, this), (this, None))
        parts = []
        for first, end in months:
            amount = format_money(owed_on_account(partner, since=first, until=end))
            parts.append(f"{date_format(first, 'YEAR_MONTH_FORMAT')}: {amount}")
        return "; ".join(parts)

    @confirmed_action(
        permission="integrations.issue_apikey",
        title=_("Make an API key"),
        text=_(
            "The key is shown once, on the next page: copy it then. A key that the partner has already goes on working "
            "for two weeks."
        ),
        when=lambda partner: partner.is_active,
        icon="add_card",
        reauthenticate=True,
        logged=_("A new API key was made."),
    )
    def make_key(self, partner: Partner, *, at: datetime, actor: User) -> str:
        _key, text = issue_key(partner, at=at, actor=actor)
        return gettext("The key of %(partner)s, shown only now: %(key)s") % {"partner": partner, "key": text}


@admin.register(ApiKey)
class ApiKeyAdmin(ActionsMixin, ReadOnlyAdmin):
    cinema_path = None
    ordering = NEWEST_FIRST
    list_display = ["prefix", "partner", "made_at", "made_by", "expires_at", "revoked_at", "last_used_at"]
    list_filter = ["partner"]
    list_select_related = ["partner", "made_by"]
    fields = [*list_display, "revoked_by"]
    actions_detail = ["revoke"]

    @confirmed_action(
        permission="integrations.issue_apikey",
        title=_("Revoke the key"),
        text=_("Requests with this key are refused at once. This cannot be undone."),
        when=lambda key: key.is_valid(clock.now()),
        danger=True,
    )
    def revoke(self, key: ApiKey, *, at: datetime, actor: User) -> str:
        revoke_key(key, at=at, actor=actor)
        return gettext("The key %(key)s no longer works.") % {"key": key}
