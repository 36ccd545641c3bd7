"""What other systems were last told about each session."""

from datetime import datetime

from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from cinema.money import MoneyField, between
from screenings.listings import advertised
from screenings.models import Session

#: The columns that are compared with those of the session.
COMPARED = {
    "film_id": F("session__film_id"),
    "hall_id": F("session__hall_id"),
    "starts_at": F("session__start_datetime"),
    "ends_at": F("session__end_datetime"),
    "format": F("session__format"),
    "language": F("session__language"),
    "subtitles": F("session__subtitles"),
    "price": Coalesce("session__quoted_price", "session__ticket_price"),
}


class ListedSession(models.Model):
    """A session as it was last announced to other systems. The row stays as a tombstone when the session leaves."""

    class State(models.TextChoices):
        ON_SALE = "ON_SALE", _("On sale")
        STARTED = "STARTED", _("Started")
        CANCELLED = "CANCELLED", _("Cancelled")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    session = models.OneToOneField(Session, models.CASCADE, related_name="listed", verbose_name=_("screening"))
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
    same = ListedSession.objects.filter(session=OuterRef("pk"), state=ListedSession.State.ON_SALE, **COMPARED)
    return advertised(at).exclude(models.Exists(same))


def to_take_back(at: datetime) -> models.QuerySet[Session]:
    """Sessions that other systems believe to be on sale and that are not any more."""
    believed = ListedSession.objects.filter(state=ListedSession.State.ON_SALE).values("session")
    return Session.objects.filter(Q(pk__in=believed)).exclude(pk__in=advertised(at).order_by().values("pk"))
