from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class BackofficeConfig(AppConfig):
    name = "backoffice"
    verbose_name = _("Staff pages")

    def ready(self) -> None:
        from backoffice.framework import unicode_like
        from backoffice.framework.unfold_patches import check_patches

        unicode_like.register()
        checks.register(check_patches, checks.Tags.templates)


class AdminConfig(SimpleAdminConfig):
    """Django's admin with our own site class, and without autodiscovery.

    Autodiscovery would import every page whenever a job starts. `cinema.urls` calls it, so only web processes do.
    """

    default_site = "backoffice.framework.site.Site"
