"""Devices of the box office, and the PINs with which staff switch on them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class Device(models.Model):
    """A till, a tablet or a phone that a manager has enrolled for one cinema.

    It proves itself by a random token in a cookie, of which only a hash is stored. While `enrol_until` lies ahead, the
    device can be enrolled with the code that its page in the admin shows.
    """

    name = models.CharField(_("name"), max_length=60, help_text=_("Such as “Till 1” or “Door B”."))
    cinema = models.ForeignKey("screenings.Cinema", models.PROTECT, related_name="devices", verbose_name=_("cinema"))
    halls = models.ManyToManyField(
        "screenings.Hall",
        verbose_name=_("halls"),
        related_name="+",
        blank=True,
        help_text=_("For a device at a door: the halls behind it. Without any, it admits to every hall."),
    )
    is_wall = models.BooleanField(
        _("screen for customers"),
        default=False,
        help_text=_("Shows the codes of snacks that are ready without a PIN. For a screen beside the counter only."),
    )
    shared_drawer = models.ForeignKey(
        "payments.CashPlace",
        models.SET_NULL,
        verbose_name=_("shared drawer"),
        related_name="+",
        null=True,
        blank=True,
        help_text=_(
            "Everyone who may sell at the till, and has no shift of their own, sells on this device into the open "
            "shift of this drawer. Its cashier stays responsible and counts it. Empty: only its cashier sells into a "
            "shift."
        ),
    )
    digest = models.CharField(max_length=64, blank=True, editable=False)
    enrol_until = models.DateTimeField(_("can be enrolled until"), null=True, blank=True, editable=False)
    enrolled_at = models.DateTimeField(_("enrolled"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        permissions = [("revoke_device", "Revoke a device")]
        ordering = ["cinema", "name"]
        constraints = [
            models.UniqueConstraint(fields=["digest"], condition=~models.Q(digest=""), name="one_device_a_token"),
            models.UniqueConstraint(
                fields=["cinema", "name"], condition=models.Q(revoked_at=None), name="one_device_a_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def hall_keys(self) -> frozenset[int]:
        """The primary keys of its halls; none if it admits to every hall. One query, unless `device_of` found it."""
        return frozenset(self.halls.values_list("pk", flat=True))


class Pin(models.Model):
    """The PIN of a member of staff, as a slow hash. Only its owner sets it.

    It is off after `MOST_WRONG` wrong ones since it was set, on all devices together, however many right ones came
    between: otherwise whoever guesses a few each hour would find it in some weeks. Its owner is told of each
    `TOLD_EACH`.
    """

    MOST_WRONG: ClassVar = 100
    TOLD_EACH: ClassVar = 10

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="pin")
    digest = models.CharField(max_length=128)
    set_at = models.DateTimeField()
    wrong = models.PositiveSmallIntegerField(default=0)  # since it was set
    wrong_in_a_row = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("PIN")
        verbose_name_plural = _("PINs")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)

    @property
    def is_off(self) -> bool:
        return self.wrong >= self.MOST_WRONG
