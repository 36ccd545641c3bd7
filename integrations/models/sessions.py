"""What other systems were last told about each session."""

from datetime import datetime

from django.db import models
from django.db.models import OuterRef
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from cinema.money import MoneyField, between
from screenings.listings import advertised
from screenings.models import Session

#: The columns that are compared with the session's, and how they are called there.
COMPARED = {
    "film_id": OuterRef("film_id"),
    "hall_id": OuterRef("hall_id"),
    "starts_at": OuterRef("start_datetime"),
    "ends_at": OuterRef("end_datetime"),
    "format": OuterRef("format"),
    "language": OuterRef("language"),
    "subtitles": OuterRef("subtitles"),
    "price": Coalesce(OuterRef("quoted_price"), OuterRef("ticket_price")),
}


class ListedSession(models.Model):
    """A session as it was last announced to other systems. The row stays when the session leaves, or is deleted."""

    class State(models.TextChoices):
        ON_SALE = "ON_SALE", _("On sale")
        STARTED = "STARTED", _("Started")
        CANCELLED = "CANCELLED", _("Cancelled")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    session_id = models.BigIntegerField(unique=True)  # no foreign key: a session without sales may be deleted
    cinema = models.ForeignKey("screenings.Cinema", models.PROTECT, related_name="+", verbose_name=_("cinema"))
    film_id = models.BigIntegerField()
    hall_id = models.BigIntegerField()
    starts_at = models.DateTimeField(_("start"))
    ends_at = models.DateTimeField(_("end"))
    format = models.CharField(max_length=8)
    language = models.CharField(max_length=8)
    subtitles = models.CharField(max_length=8, blank=True)
    price = MoneyField(_("price"))
    state = models.CharField(_("status"), max_length=16, choices=State, default=State.ON_SALE)
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("announced screening")
        verbose_name_plural = _("announced screenings")
        default_permissions = ()
        indexes = [
            models.Index(fields=["changed_at", "id"], name="listed_changed"),
            models.Index(fields=["state"], name="listed_state"),
        ]
        constraints = [between("price", name="listed_price_bounded")]

    def __str__(self) -> str:
        return str(self.session_id)


def to_announce(at: datetime) -> models.QuerySet[Session]:
    """Sessions on sale that other systems do not know, or know otherwise than they are."""
    same = ListedSession.objects.filter(session_id=OuterRef("pk"), state=ListedSession.State.ON_SALE, **COMPARED)
    return advertised(at).exclude(models.Exists(same))


def to_take_back(at: datetime) -> models.QuerySet[ListedSession]:
    """Sessions that other systems believe to be on sale and that are not any more."""
    still = advertised(at).filter(pk=OuterRef("session_id"))
    return ListedSession.objects.filter(~models.Exists(still), state=ListedSession.State.ON_SALE)
