"""Films, their genres, age ratings and distributors."""

from datetime import date
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from cinema.money import MoneyField, between
from house_rules.translated import Translated


class Genre(Translated):
    TRANSLATED: ClassVar = ("name",)

    name = models.CharField(_("name"), max_length=60, unique=True)

    history = History("name", "texts")

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


MOST_FEATURED = 3  # films at the top of the first page
FIRST_YEAR, LAST_YEAR = 1888, 2155  # of the first film; four digits anyway


class Distributor(models.Model):
    """Whoever lets films to cinemas. What it is paid, and where its statements go, is in `film_hire`."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    tax_number = models.CharField(_("tax number"), max_length=20, blank=True)

    history = History("name", "tax_number")

    class Meta:
        verbose_name = _("distributor")
        verbose_name_plural = _("distributors")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


def catalogue_id(label: Any, pattern: str, example: str) -> models.CharField:
    """The number of a film in a public catalogue, as the catalogue writes it."""
    message = format_lazy("{} {}.", _("Write it like"), example)
    return models.CharField(label, max_length=20, blank=True, validators=[RegexValidator(pattern, message)])


CATALOGUES = ("imdb_id", "tmdb_id", "wikidata_id", "kinopoisk_id", "eais_id", "culture_id")


class Film(Translated):
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
        help_text=_("Of the film in the system from which you import films."),
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
    original_title = models.CharField(_("original title"), max_length=200, blank=True)
    country = models.CharField(
        _("country"), max_length=120, blank=True, help_text=_("Of production. Separate several by commas.")
    )
    distributor = models.ForeignKey(
        Distributor, models.PROTECT, null=True, blank=True, related_name="films", verbose_name=_("distributor")
    )
    release_date = models.DateField(
        _("release date"),
        null=True,
        blank=True,
        help_text=_("Cinemas that need a certificate show the film from this day on."),
    )
    certificate_number = models.CharField(
        _("certificate number"),
        max_length=40,
        blank=True,
        help_text=_("Of the distribution certificate, for every version without one of its own."),
    )
    description = models.TextField(_("description"), max_length=2_000, blank=True)
    director = models.CharField(
        _("director"), max_length=200, blank=True, help_text=_("Separate several names by commas.")
    )
    starring = models.CharField(_("cast"), max_length=500, blank=True, help_text=_("Separate several names by commas."))
    content_warnings = models.CharField(
        _("content warnings"),
        max_length=200,
        blank=True,
        help_text=_("What viewers should know beforehand: scenes of smoking, flashing lights."),
    )
    trailer_url = models.URLField(
        _("trailer"),
        blank=True,
        validators=[URLValidator(schemes=["https"])],
        help_text=_(
            "Its address at a video service. The website only links to it: nothing is loaded from there. A file of its "
            "own is added on the page of pictures."
        ),
    )
    trailer_file = models.CharField(
        _("trailer file"), max_length=40, blank=True, default="", db_default="", editable=False
    )
    featured = models.PositiveSmallIntegerField(
        _("place at the top"),
        null=True,
        blank=True,
        choices=[(place, str(place)) for place in range(1, MOST_FEATURED + 1)],
        help_text=_("Shown large on the first page, while it is on sale or announced. Empty: not at the top."),
    )
    is_announced = models.BooleanField(
        _("announced"),
        default=False,
        help_text=_("The website shows the film as coming soon before it has a screening."),
    )
    imdb_id = catalogue_id(_("IMDb number"), r"\Att\d{7,10}\Z", "tt0069293")
    tmdb_id = catalogue_id(_("TMDB number"), r"\A\d{1,10}\Z", "593")
    wikidata_id = catalogue_id(_("Wikidata number"), r"\AQ\d{1,12}\Z", "Q18492")
    kinopoisk_id = catalogue_id(_("Kinopoisk number"), r"\A\d{1,10}\Z", "43911")
    eais_id = models.CharField(_("EAIS number"), max_length=40, blank=True)
    culture_id = catalogue_id(_("PRO.Culture number"), r"\A\d{1,12}\Z", "1234567")

    CATALOGUES: ClassVar = CATALOGUES
    TRANSLATED: ClassVar = ("title", "description", "director", "starring", "content_warnings", "country")
    poster: Any = None  # a FilmPicture, of films that `with_pictures` has looked up
    still: Any = None  # likewise, of films at the top of the first page

    history = History(
        "title",
        "year",
        "external_id",
        "duration_minutes",
        "age_rating",
        "minimum_price",
        "original_title",
        "country",
        "distributor",
        "release_date",
        "certificate_number",
        "description",
        "director",
        "starring",
        "content_warnings",
        "trailer_url",
        "trailer_file",
        "featured",
        "is_announced",
        "texts",
        *CATALOGUES,
        many=["genres"],
    )

    class Meta:
        verbose_name = _("film")
        verbose_name_plural = _("films")
        ordering = ["title", "year"]
        indexes = [models.Index(fields=["is_announced"], condition=Q(is_announced=True), name="film_announced")]
        constraints = [
            between("duration_minutes", 1, 900, name="film_duration_bounded"),
            between("minimum_price", name="film_minimum_price_bounded"),
            between("featured", 1, MOST_FEATURED, name="film_featured_bounded"),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="one_film_an_external_number",
                violation_error_message=_("Another film has this external number. Check which one is right."),
            ),
            *(
                models.UniqueConstraint(
                    fields=[name],
                    condition=~Q(**{name: ""}),
                    name=f"one_film_a_{name}",
                    violation_error_message=_("Another film has this number of a catalogue. Check which one is right."),
                )
                for name in CATALOGUES
            ),
        ]

    def __str__(self) -> str:
        facts = ", ".join(str(fact) for fact in (self.year, self.age_rating) if fact)
        return f"{self.title} ({facts})" if facts else self.title

    @staticmethod
    def announced(day: date) -> Q:
        """Films that the website shows as coming soon on this day, even without sessions."""
        coming = Q(release_date__isnull=True) | Q(release_date__gte=day)
        return coming & Q(is_announced=True) & ~Q(age_rating="")
