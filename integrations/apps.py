from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from integrations.watching import sentry


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = _("Connections")

    def ready(self) -> None:
        if settings.SENTRY_DSN:
            sentry.start(settings.SENTRY_DSN, environment=settings.SENTRY_ENVIRONMENT)
