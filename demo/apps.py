from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    """The demonstration chain and its simulated bank. Installed only with `DEBUG`, or where `PAYMENT_GATEWAYS` names
    `demo` (see `cinema.settings`); no other app imports it."""

    name = "demo"
    verbose_name = _("Demonstration")
