from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilmHireConfig(AppConfig):
    name = "film_hire"
    verbose_name = _("Film hire")
