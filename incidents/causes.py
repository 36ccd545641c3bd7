"""What guests are told about the reason of a change."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Cause(models.TextChoices):
    """Whole sentences, as guests read them. Words of whoever decided may follow."""

    EQUIPMENT = "EQUIPMENT", _("The equipment in the hall broke down.")
    POWER = "POWER", _("There was a power failure.")
    HALL = "HALL", _("The hall can’t be used.")
    SAFETY = "SAFETY", _("It was necessary for the safety of our guests.")
    FILM = "FILM", _("We didn’t get the film in time.")
    RELEASE = "RELEASE", _("The distributor changed the film’s release date.")
    EVENT = "EVENT", _("The hall is needed for another event.")
    STAFF = "STAFF", _("A member of staff is ill, and nobody could take over.")
    BEFORE = "BEFORE", _("The screening before took longer.")
    WEATHER = "WEATHER", _("The weather didn’t allow it.")
    AUTHORITIES = "AUTHORITIES", _("The authorities ordered it.")
    MISTAKE = "MISTAKE", _("We made a mistake in the programme.")
