from django.apps import AppConfig
from django.core.checks import Tags, register

from cinema import integer_lookups
from cinema.checks import check_installation


class CinemaConfig(AppConfig):
    name = "cinema"

    def ready(self) -> None:
        integer_lookups.register()
        register(check_installation, Tags.security, deploy=True)
