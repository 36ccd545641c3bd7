from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HouseRulesConfig(AppConfig):
    name = "house_rules"
    verbose_name = _("Cinema chain")
