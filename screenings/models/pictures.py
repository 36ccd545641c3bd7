"""Pictures of films: one poster and any number of stills. Their files are in the storage `pictures`."""

from collections.abc import Iterable
from typing import ClassVar

from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cinema.money import between
from screenings.models.films import Film

MOST_PIXELS = 10_000  # of a side


class FilmPicture(models.Model):
    """A picture of a film. It has a file for each width of `widths` and each of `FORMATS`.

    A file's name begins with a hash of the picture that was uploaded, so a name never has other content.
    """

    class Kind(models.TextChoices):
        POSTER = "POSTER", _("Poster")
        STILL = "STILL", _("Still")

    WIDTHS: ClassVar = {Kind.POSTER: (240, 480, 720), Kind.STILL: (480, 960, 1_600)}
    FORMATS: ClassVar = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}

    film = models.ForeignKey(Film, models.CASCADE, related_name="pictures", verbose_name=_("film"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    digest = models.CharField(max_length=20)
    width = models.PositiveSmallIntegerField(_("width"))  # pixels of the largest file
    height = models.PositiveSmallIntegerField(_("height"))
    text = models.CharField(
        _("what it shows"),
        max_length=200,
        blank=True,
        help_text=_("For people who cannot see the picture: a short sentence."),
    )
    # Of a picture that a catalogue offered under a licence; others are the cinema's own, or the distributor's.
    author = models.CharField(_("author"), max_length=200, blank=True, default="")
    licence = models.CharField(_("licence"), max_length=80, blank=True, default="")
    licence_link = models.URLField(_("text of the licence"), max_length=300, blank=True, default="")
    source_link = models.URLField(_("where it is from"), max_length=500, blank=True, default="")

    CREDIT: ClassVar = ("author", "licence", "licence_link", "source_link")

    class Meta:
        verbose_name = _("picture of a film")
        verbose_name_plural = _("pictures of films")
        default_permissions = ()  # whoever may change the film may change its pictures
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["film"], condition=Q(kind="POSTER"), name="one_poster_a_film"),
            models.UniqueConstraint(fields=["film", "kind", "digest"], name="film_picture_once"),
            between("width", 1, MOST_PIXELS, name="film_picture_width_bounded"),
            between("height", 1, MOST_PIXELS, name="film_picture_height_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.film}"

    @classmethod
    def widths_of(cls, kind: str, width: int) -> list[int]:
        """The widths, in pixels, in which a picture is kept: never wider than it was."""
        largest = min(width, max(cls.WIDTHS[cls.Kind(kind)]))
        return [each for each in cls.WIDTHS[cls.Kind(kind)] if each < largest] + [largest]

    @property
    def widths(self) -> list[int]:
        return self.widths_of(self.kind, self.width)

    def file_name(self, width: int, extension: str) -> str:
        return f"{self.digest}-{width}.{extension}"

    @property
    def file_names(self) -> list[str]:
        return [self.file_name(width, extension) for width in self.widths for extension in self.FORMATS]

    @property
    def small(self) -> str:
        """The address of the smallest file, for lists."""
        return self.url(self.widths[0])

    def url(self, width: int, extension: str = "jpg") -> str:
        return storages["pictures"].url(self.file_name(width, extension))


def with_pictures(films: Iterable[Film]) -> list[Film]:
    """The films, each with its `poster`, and those at the top of the first page with their first `still`. One query
    besides that of the films.
    """
    films = list(films)
    large = [film.pk for film in films if film.featured]
    posters = Q(kind=FilmPicture.Kind.POSTER, film__in={film.pk for film in films})
    stills = Q(kind=FilmPicture.Kind.STILL, film__in=large)
    found = {(each.film_id, each.kind): each for each in FilmPicture.objects.filter(posters | stills).order_by("-pk")}
    for film in films:
        film.poster = found.get((film.pk, FilmPicture.Kind.POSTER))
        film.still = found.get((film.pk, FilmPicture.Kind.STILL))
    return films
