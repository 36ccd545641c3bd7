"""How many showings of a film were agreed with its distributor."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from cinema.money import between

MOST = 200  # showings of a film in a cinema's week


class AgreedShows(models.Model):
    """The least number of showings of a film in one week of a cinema. `week` is the first day of it."""

    cinema = models.ForeignKey("screenings.Cinema", models.CASCADE, related_name="+", verbose_name=_("cinema"))
    film = models.ForeignKey("screenings.Film", models.CASCADE, related_name="+", verbose_name=_("film"))
    week = models.DateField(_("week from"))
    shows = models.PositiveSmallIntegerField(_("showings agreed"))

    history = History("cinema", "film", "week", "shows")
    history.table_name = "pricing_historicalagreedshows"  # both tables keep the names under which they were made

    class Meta:
        db_table = "pricing_agreedshows"
        verbose_name = _("agreed number of showings")
        verbose_name_plural = _("agreed numbers of showings")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["cinema", "film", "week"], name="one_agreement_a_film_and_week"),
            between("shows", 1, MOST, name="agreed_shows_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.film}: {self.shows}"
