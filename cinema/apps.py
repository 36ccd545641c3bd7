from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _

from cinema.checks import check_installation


class CinemaConfig(AppConfig):
    name = "cinema"
    verbose_name = _("Cinema chain")

    def ready(self) -> None:
        register(check_installation, Tags.security, deploy=True)
