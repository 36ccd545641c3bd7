"""Items of the dashboard about other systems."""

from django.utils.translation import ngettext

from backoffice.dashboard.items import Asking, DashboardItem, DashboardSection, first_of, list_link, names_and_more
from integrations.models import WebhookEndpoint


class ConnectionItems(DashboardSection):
    def switched_off_receivers(self) -> Asking:
        """Receivers of webhooks that failed for days, or that said that they are gone."""
        off = WebhookEndpoint.objects.filter(is_active=True, disabled_at__isnull=False)
        total, rows = yield first_of(off.order_by("disabled_at", "pk"), "name")
        yield DashboardItem(
            ngettext(
                "%(count)d webhook receiver switched off after failures",
                "%(count)d webhook receivers switched off after failures",
                total,
            )
            % {"count": total},
            list_link("integrations_webhookendpoint"),
            "error",
            *names_and_more(total, [each.name for each in rows]),
        )
