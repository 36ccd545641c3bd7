"""Distribution certificates of films by version, and the codes by which other systems know formats."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from screenings.models.films import Film
from screenings.models.sessions import Session


class FilmCertificate(models.Model):
    """A certificate for some versions of a film. Versions without one have the film's own `certificate_number`."""

    film = models.ForeignKey(Film, models.CASCADE, related_name="certificates", verbose_name=_("film"))
    format = models.CharField(
        _("format"), max_length=8, choices=Session.Format, blank=True, help_text=_("Leave empty for every format.")
    )
    language = models.CharField(
        _("language"), max_length=8, blank=True, help_text=_("A code such as en. Leave empty for every language.")
    )
    number = models.CharField(_("certificate number"), max_length=40)

    history = History("film", "format", "language", "number")

    class Meta:
        verbose_name = _("certificate of a version")
        verbose_name_plural = _("certificates of versions")
        default_permissions = ()
        ordering = ["film", "format", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["film", "format", "language"],
                name="one_certificate_a_version",
                violation_error_message=_("There is already a certificate for this version."),
            ),
            models.CheckConstraint(condition=~Q(number=""), name="certificate_has_a_number"),
            models.CheckConstraint(condition=~Q(format="", language=""), name="certificate_of_a_version"),
        ]

    def __str__(self) -> str:
        return self.number

    def fits(self, session: Session) -> bool:
        return self.format in ("", session.format) and self.language in ("", session.language)


class FormatCode(models.Model):
    """What another system calls one of our formats. A format without a code goes by its own name."""

    class System(models.TextChoices):
        EAIS = "EAIS", _("EAIS")
        PROJECTION = "PROJECTION", _("Projection")
        DISTRIBUTORS = "DISTRIBUTORS", _("Distributors")
        LISTINGS = "LISTINGS", _("Listings")

    system = models.CharField(_("system"), max_length=16, choices=System)
    format = models.CharField(_("format"), max_length=8, choices=Session.Format)
    code = models.CharField(_("code"), max_length=40)

    history = History("system", "format", "code")

    class Meta:
        verbose_name = _("format code")
        verbose_name_plural = _("format codes")
        ordering = ["system", "format"]
        constraints = [models.UniqueConstraint(fields=["system", "format"], name="one_code_a_system_and_format")]

    def __str__(self) -> str:
        return f"{self.get_system_display()}, {self.format}: {self.code}"

    @classmethod
    def of(cls, system: str) -> dict[str, str]:
        """The codes of a system by format. One query."""
        codes = dict(cls.objects.filter(system=system).values_list("format", "code"))
        return {each.value: codes.get(each.value, each.value) for each in Session.Format}
