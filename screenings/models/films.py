"""Films, their genres and age ratings."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from cinema.money import MoneyField, between


class Genre(models.Model):
    name = models.CharField(_("name"), max_length=60, unique=True)

    history = History("name")

    class Meta:
        verbose_name = _("genre")
        verbose_name_plural = _("genres")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AgeRating(models.TextChoices):
    """Age ratings of the Russian law 436-FZ."""

    ANY = "0+", "0+"
    SIX = "6+", "6+"
    TWELVE = "12+", "12+"
    SIXTEEN = "16+", "16+"
    EIGHTEEN = "18+", "18+"

    @property
    def years(self) -> int:
        return int(self.value.rstrip("+"))


FIRST_YEAR, LAST_YEAR = 1888, 2155  # of the first film; four digits anyway


class Film(models.Model):
    """A film, which people tell from others by title and year, and other systems by its `external_id`."""

    title = models.CharField(_("title"), max_length=200)
    year = models.PositiveSmallIntegerField(
        _("year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)],
        help_text=_("Of production. Tells films with the same title apart."),
    )
    external_id = models.CharField(
        _("external number"),
        max_length=60,
        blank=True,
        help_text=_("Of the film in another catalogue, such as the number of its distribution licence."),
    )
    duration_minutes = models.PositiveSmallIntegerField(
        _("running time (minutes)"), validators=[MinValueValidator(1), MaxValueValidator(900)]
    )
    age_rating = models.CharField(
        _("age rating"),
        max_length=3,
        choices=AgeRating,
        blank=True,
        default=AgeRating.ANY,  # for code; forms and files have no default, since a guess could let children in
        help_text=_("Until a film has a rating, the website neither shows nor sells it."),
    )
    minimum_price = MoneyField(
        _("agreed minimum price"),
        null=True,
        blank=True,
        help_text=_("Agreed with the distributor: adaptive prices of a full ticket never fall below it."),
    )
    genres = models.ManyToManyField(Genre, verbose_name=_("genres"), related_name="films", blank=True)

    history = History(
        "title", "year", "external_id", "duration_minutes", "age_rating", "minimum_price", many=["genres"]
    )

    class Meta:
        verbose_name = _("film")
        verbose_name_plural = _("films")
        ordering = ["title", "year"]
        constraints = [
            between("duration_minutes", 1, 900, name="film_duration_bounded"),
            between("minimum_price", name="film_minimum_price_bounded"),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~models.Q(external_id=""),
                name="one_film_an_external_number",
                violation_error_message=_("Another film has this external number. Check which one is right."),
            ),
        ]

    def __str__(self) -> str:
        facts = ", ".join(str(fact) for fact in (self.year, self.age_rating) if fact)
        return f"{self.title} ({facts})" if facts else self.title
