"""What customers see of the chain: its name, colours, footer and who sells."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from house_rules.contrast import COLOUR, DARK, LEAST, LIGHT, least_contrast, readable_shade
from house_rules.fonts import Font

MOST_LINKS = 12
is_colour = RegexValidator(rf"\A{COLOUR.pattern}\Z", _("Write a colour as # and six digits, such as #8c1c2e."))


class ChainFace(models.Model):
    """The single row, for the whole chain. Until it is saved, `SITE_NAME` and the shop's own colours apply."""

    ONE = 1  # the primary key

    name = models.CharField(
        _("name"),
        max_length=60,
        blank=True,
        help_text=_("In the shop, in e-mails and here. Leave empty to use the name set on the server."),
    )
    accent_light = models.CharField(
        _("accent colour on light pages"),
        max_length=7,
        blank=True,
        validators=[is_colour],
        help_text=_("Of links and buttons. Leave empty for the shop’s own colour."),
    )
    accent_dark = models.CharField(
        _("accent colour on dark pages"),
        max_length=7,
        blank=True,
        validators=[is_colour],
        help_text=_("For customers whose device is set to dark."),
    )
    heading_font = models.CharField(
        _("font of headings"),
        max_length=10,
        blank=True,
        default="",
        db_default="",
        choices=Font,
        help_text=_("Leave empty for the shop’s own font."),
    )
    text_font = models.CharField(_("font of text"), max_length=10, blank=True, default="", db_default="", choices=Font)
    #: A WOFF2: see `house_rules.fonts`. The digest is in its address, as the logo's.
    font = models.BinaryField(null=True, editable=False)
    font_digest = models.CharField(_("font"), max_length=20, blank=True, default="", db_default="", editable=False)
    #: The text beneath every page of the shop, by language.
    footer = models.JSONField(_("footer"), default=dict, blank=True)
    social = models.TextField(
        _("social networks"),
        blank=True,
        max_length=2000,
        help_text=_("One address a line, such as https://t.me/aurora. The shop links them beneath every page."),
    )
    seller = models.ForeignKey(
        "payments.LegalEntity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("seller"),
        help_text=_("The legal entity named beneath every page, with its tax numbers and address."),
    )
    #: A PNG: see `house_rules.logo`. The digest is in its address, so that browsers may keep it.
    logo = models.BinaryField(null=True, editable=False)
    logo_digest = models.CharField(_("logo"), max_length=20, blank=True, editable=False)
    logo_width = models.PositiveSmallIntegerField(null=True, editable=False)
    logo_height = models.PositiveSmallIntegerField(null=True, editable=False)
    #: PNGs made of the logo, of so many pixels. Their digest is in their addresses; empty without a logo.
    icon_48 = models.BinaryField(null=True, editable=False)
    icon_180 = models.BinaryField(null=True, editable=False)
    icon_192 = models.BinaryField(null=True, editable=False)
    icon_512 = models.BinaryField(null=True, editable=False)
    icon_digest = models.CharField(max_length=20, blank=True, default="", db_default="", editable=False)
    #: The current versions of the pages, so that one query reads all that a page of the shop shows of the chain.
    published = models.JSONField(default=list, editable=False)

    history = History(
        *("name", "accent_light", "accent_dark", "heading_font", "text_font", "font_digest"),
        *("footer", "social", "seller", "logo_digest"),
    )

    class Meta:
        verbose_name = _("name and colours")
        verbose_name_plural = _("name and colours")
        default_permissions = ("view", "change")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="chain_face_one_row")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Always save the one row, so that there is never a second one."""
        self.pk = self.ONE
        super().save(*args, **kwargs)

    def clean(self) -> None:
        faults: dict[str, ValidationError] = {}
        for name, backgrounds in (("accent_light", LIGHT), ("accent_dark", DARK)):
            if fault := unreadable(getattr(self, name), backgrounds):
                faults[name] = fault
        links = self.social.split()
        if bad := next((each for each in links if not is_web_address(each)), None):
            faults["social"] = ValidationError(
                gettext("%(address)s is not an address of a website. Write it like https://t.me/aurora.")
                % {"address": bad[:100]}
            )
        elif len(links) > MOST_LINKS:
            faults["social"] = ValidationError(gettext("Enter at most %(count)d addresses.") % {"count": MOST_LINKS})
        if faults:
            raise ValidationError(faults)


def unreadable(colour: str, backgrounds: tuple[str, ...]) -> ValidationError | None:
    """The refusal of a colour that cannot be read on one of the backgrounds; None for a good one or none at all."""
    if not COLOUR.fullmatch(colour) or (ratio := least_contrast(colour, backgrounds)) >= LEAST:
        return None
    if backgrounds is DARK:
        text = gettext(
            "%(colour)s can’t be read on dark pages: its contrast is %(ratio)s, and %(least)s is needed. Choose a "
            "lighter shade, such as %(better)s."
        )
    else:
        text = gettext(
            "%(colour)s can’t be read on light pages: its contrast is %(ratio)s, and %(least)s is needed. Choose a "
            "darker shade, such as %(better)s."
        )
    numbers = {"ratio": number_format(ratio, 1), "least": number_format(LEAST, 1)}
    return ValidationError(text % {"colour": colour, **numbers, "better": readable_shade(colour, backgrounds)})


def is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "")
