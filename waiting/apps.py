from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WaitingConfig(AppConfig):
    name = "waiting"
    verbose_name = _("Watch lists and waiting lists")
