"""Questions to film catalogues, and what they propose for the fields of a film."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from screenings.models import Film, FilmPicture

#: What catalogues may propose. The rest of a film is agreed with people.
PROPOSED = (
    *("original_title", "year", "country", "duration_minutes", "age_rating", "release_date"),
    *("imdb_id", "tmdb_id", "wikidata_id", "kinopoisk_id"),
)
KEPT = timedelta(days=150)  # TMDB allows six months


def film_field(name: str) -> Any:
    """The field of `Film` with this name, one of `PROPOSED`."""
    return Film._meta.get_field(name)


class Catalogue(models.TextChoices):
    WIKIDATA = "wikidata", "Wikidata"
    TMDB = "tmdb", "TMDB"


class FilmLookupQuerySet(models.QuerySet["FilmLookup"]):
    def due(self, at: datetime) -> "FilmLookupQuerySet":
        """Questions to ask at `at`, of catalogues that are set up."""
        status = FilmLookup.Status.QUEUED
        return self.filter(status=status, next_attempt_at__lte=at, source__in=settings.FILM_CATALOGUES)

    def old(self, at: datetime) -> "FilmLookupQuerySet":
        return self.filter(requested_at__lte=at - KEPT).exclude(status=FilmLookup.Status.QUEUED)


class FilmLookup(models.Model):
    """A question to a catalogue about a film."""

    class Status(models.TextChoices):
        QUEUED = "QUEUED", _("Waiting")
        FOUND = "FOUND", _("Found")
        NOT_FOUND = "NOT_FOUND", _("Not found")
        SEVERAL = "SEVERAL", _("Several films fit")
        FAILED = "FAILED", _("Failed")

    TRANSITIONS: ClassVar = {
        Status.QUEUED: {Status.FOUND, Status.NOT_FOUND, Status.SEVERAL, Status.FAILED},
        Status.FOUND: set(),
        Status.NOT_FOUND: set(),
        Status.SEVERAL: set(),
        Status.FAILED: set(),
    }

    film = models.ForeignKey("screenings.Film", models.CASCADE, related_name="lookups", verbose_name=_("film"))
    source = models.CharField(_("catalogue"), max_length=16, choices=Catalogue)
    requested_at = models.DateTimeField(_("asked"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    claimed_by = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=200, blank=True)

    FREE_TEXT: ClassVar = ["answer"]

    objects = FilmLookupQuerySet.as_manager()

    class Meta:
        verbose_name = _("question to a catalogue")
        verbose_name_plural = _("questions to catalogues")
        default_permissions = ("view",)
        permissions = [("ask_filmlookup", "Ask catalogues about a film")]
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status", "next_attempt_at"], name="film_lookup_due"),
            models.Index(fields=["requested_at"], name="film_lookup_asked"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["film", "source"], condition=Q(status="QUEUED"), name="one_open_lookup_a_film"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()}: {self.film}"


class PictureProposalQuerySet(models.QuerySet["PictureProposal"]):
    def due(self, at: datetime) -> "PictureProposalQuerySet":
        """Accepted pictures to fetch at `at`."""
        return self.filter(status=PictureProposal.Status.ACCEPTED, next_attempt_at__lte=at)

    def old(self, at: datetime) -> "PictureProposalQuerySet":
        """Proposals to forget at `at`, but for those to be fetched."""
        return self.filter(found_at__lte=at - KEPT).exclude(status=PictureProposal.Status.ACCEPTED)


class PictureProposal(models.Model):
    """A picture that a catalogue has for a film, under a licence. A person accepts it or not; then a job fetches it."""

    class Status(models.TextChoices):
        OPEN = "OPEN", _("Proposed")
        ACCEPTED = "ACCEPTED", _("Being fetched")
        STORED = "STORED", _("Added to the film")
        DECLINED = "DECLINED", _("Declined")
        FAILED = "FAILED", _("Failed")

    TRANSITIONS: ClassVar = {
        Status.OPEN: {Status.ACCEPTED, Status.DECLINED},
        Status.ACCEPTED: {Status.STORED, Status.FAILED},
        Status.STORED: set(),
        Status.DECLINED: set(),
        Status.FAILED: {Status.ACCEPTED, Status.DECLINED},
    }

    film = models.ForeignKey(
        "screenings.Film", models.CASCADE, related_name="picture_proposals", verbose_name=_("film")
    )
    source = models.CharField(_("catalogue"), max_length=16, choices=Catalogue)
    kind = models.CharField(_("kind"), max_length=8, choices=FilmPicture.Kind)
    url = models.URLField(_("file"), max_length=500)
    source_link = models.URLField(_("page of the catalogue"), max_length=500)
    author = models.CharField(_("author"), max_length=200, blank=True)
    licence = models.CharField(_("licence"), max_length=80)
    licence_link = models.URLField(_("text of the licence"), max_length=300, blank=True)
    found_at = models.DateTimeField(_("found"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.OPEN)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    claimed_by = models.CharField(max_length=64, blank=True)
    answer = models.CharField(_("answer"), max_length=200, blank=True)

    FREE_TEXT: ClassVar = ["answer"]

    objects = PictureProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture of a catalogue")
        verbose_name_plural = _("pictures of catalogues")
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status", "next_attempt_at"], name="picture_proposal_due"),
            models.Index(fields=["found_at"], name="picture_proposal_found"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["film", "source_link"], name="one_proposal_a_picture"),
            models.CheckConstraint(condition=~Q(licence=""), name="proposed_picture_has_a_licence"),
        ]

    def __str__(self) -> str:
        return f"{self.film}: {self.get_kind_display()}, {self.licence}"

    @property
    def is_open(self) -> bool:
        """Whether a person can still decide."""
        return self.status in (self.Status.OPEN, self.Status.FAILED)


class FilmProposalQuerySet(models.QuerySet["FilmProposal"]):
    def old(self, at: datetime) -> "FilmProposalQuerySet":
        """Proposals to forget at `at`. Those that were accepted say where a value came from, and stay."""
        return self.filter(found_at__lte=at - KEPT).exclude(status=FilmProposal.Status.ACCEPTED)


class FilmProposal(models.Model):
    """A value that a catalogue has for a field of a film. A person accepts it or not; it never replaces a value."""

    class Status(models.TextChoices):
        OPEN = "OPEN", _("Proposed")
        ACCEPTED = "ACCEPTED", _("Accepted")
        DECLINED = "DECLINED", _("Declined")

    TRANSITIONS: ClassVar = {
        Status.OPEN: {Status.ACCEPTED, Status.DECLINED},
        Status.ACCEPTED: set(),
        Status.DECLINED: set(),
    }

    film = models.ForeignKey("screenings.Film", models.CASCADE, related_name="proposals", verbose_name=_("film"))
    source = models.CharField(_("catalogue"), max_length=16, choices=Catalogue)
    field = models.CharField(_("field"), max_length=32)
    value = models.CharField(_("proposed"), max_length=200)
    link = models.URLField(_("page of the catalogue"), max_length=200)
    found_at = models.DateTimeField(_("found"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.OPEN)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )

    FREE_TEXT: ClassVar = ["value"]

    objects = FilmProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal of a catalogue")
        verbose_name_plural = _("proposals of catalogues")
        default_permissions = ("view",)
        permissions = [("decide_filmproposal", "Accept or decline what catalogues propose")]
        ordering = ["-id"]
        indexes = [models.Index(fields=["found_at"], name="film_proposal_found")]
        constraints = [
            models.UniqueConstraint(
                fields=["film", "source", "field"], condition=Q(status="OPEN"), name="one_open_proposal_a_field"
            )
        ]

    def __str__(self) -> str:
        return f"{self.film}: {self.field_label}, {self.value}"

    @property
    def field_label(self) -> str:
        return str(film_field(self.field).verbose_name)

    @property
    def present(self) -> str:
        """What the film has in this field, or "". One query unless the film is loaded."""
        value = getattr(self.film, self.field)
        return "" if value is None else str(value)

    @property
    def can_be_accepted(self) -> bool:
        """Whether the film has nothing there yet. One query unless the film is loaded."""
        return self.status == self.Status.OPEN and not self.present
