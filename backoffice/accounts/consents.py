"""Page of consents."""

from datetime import datetime

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import MarketingConsent, User
from accounts.scope import cinemas_of
from accounts.services.consents import Place, withdraw
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin


def is_current(consent: MarketingConsent) -> bool:
    return consent.is_given and MarketingConsent.objects.current().filter(pk=consent.pk).exists()


@admin.register(MarketingConsent)
class MarketingConsentAdmin(ActionsMixin, ReadOnlyAdmin):
    """What customers agreed to, as they saw it. Staff can record that somebody wants no more, nothing else.

    Customers belong to the chain: only people who work for all cinemas see them here.
    """

    cinema_path = None
    ordering = NEWEST_FIRST
    list_display = ["at", "recipient", "channel", "is_given", "place", "is_proved", "language"]
    list_filter = ["channel", "is_given", "place"]
    search_fields = ["recipient__exact"]
    searches_phones = True
    list_select_related = ["user", "order"]
    actions_detail = ["withdraw_consent"]

    def has_view_permission(self, request: HttpRequest, obj: MarketingConsent | None = None) -> bool:
        return super().has_view_permission(request, obj) and cinemas_of(request) is None

    @confirmed_action(
        permission="accounts.withdraw_consent",
        title=_("Stop news and offers"),
        text=_("For customers who ask for it. They get no more news and offers by this channel."),
        when=is_current,
        icon="block",
    )
    def withdraw_consent(self, consent: MarketingConsent, *, at: datetime, actor: User) -> str:
        withdraw(consent, place=Place.STAFF, actor=actor, at=at)
        return gettext("%(recipient)s gets no more news and offers.") % {"recipient": consent.recipient}
