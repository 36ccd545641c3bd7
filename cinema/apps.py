from django.apps import AppConfig
from django.core.checks import Tags, register

from cinema.checks import check_installation


class CinemaConfig(AppConfig):
    name = "cinema"

    def ready(self) -> None:
        register(check_installation, Tags.security, deploy=True)
