"""Customers who wait: for a film to go on sale, and for seats of a session that is sold out."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from screenings.listings import advertised
from screenings.models import Cinema, Film, Session

#: Nobody is offered seats later than this before the start of the session.
CLOSES_BEFORE = timedelta(hours=2)
MOST_SEATS = 10


class WatchedFilmQuerySet(models.QuerySet["WatchedFilm"]):
    def on_sale(self, at: datetime) -> Self:
        """Those not told yet whose film can be bought: in the cinema that they named, or in any if they named none."""
        sessions = advertised(at).filter(film=OuterRef("film"))
        there = Exists(sessions.filter(hall__cinema=OuterRef("cinema")))
        return self.filter(there | Q(Exists(sessions), cinema=None), told_at=None)


class WatchedFilm(models.Model):
    """A customer who wants to be told, once, when a film goes on sale."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="watched_films", verbose_name=_("customer")
    )
    film = models.ForeignKey(Film, models.CASCADE, related_name="watchers", verbose_name=_("film"))
    cinema = models.ForeignKey(
        Cinema,
        models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("cinema"),
        help_text=_("Leave empty for any cinema."),
    )
    since = models.DateTimeField(_("since"))
    told_at = models.DateTimeField(_("told"), null=True)

    objects = WatchedFilmQuerySet.as_manager()

    class Meta:
        verbose_name = _("watched film")
        verbose_name_plural = _("watched films")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "film"], name="one_watch_a_film")]
        indexes = [models.Index(fields=["told_at", "film"], name="watch_not_told")]

    def __str__(self) -> str:
        return str(self.film)

    @classmethod
    def forget_customer(cls, *, user: Any, **_orders: Any) -> None:
        """See `accounts.services.forget_customer`."""
        if user is not None:
            cls.objects.filter(user=user).delete()

    @classmethod
    def about_customer(cls, *, user: Any, **_orders: Any) -> list[dict[str, Any]]:
        """See `accounts.services.rows_about_customer`."""
        rows = cls.objects.filter(user=user).order_by("pk") if user is not None else cls.objects.none()
        return list(rows.values("film__title", "cinema__name", "since", "told_at"))


class WaitingEntryQuerySet(models.QuerySet["WaitingEntry"]):
    def open(self, at: datetime) -> Self:
        """Those that may still be offered seats, whatever the hour: nobody whose account is closed."""
        coming = Session.objects.in_shop(at).filter(start_datetime__gt=at + CLOSES_BEFORE)
        return self.filter(order=None, user__is_active=True, session__in=coming)


class WaitingEntry(models.Model):
    """A customer who waits for seats of a session. The queue is in the order of the rows.

    Once seats are held for the customer, the entry has the `order` and is out of the queue, whether or not it is paid.
    `network` is the fingerprint of the IP address from which the customer joined: what is held counts as held from
    there.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="waiting_entries", verbose_name=_("customer")
    )
    session = models.ForeignKey(Session, models.CASCADE, related_name="waiting_entries", verbose_name=_("screening"))
    quantity = models.PositiveSmallIntegerField(_("seats"))
    since = models.DateTimeField(_("since"))
    network = models.CharField(max_length=40, default="", db_default="")
    order = models.OneToOneField(
        "orders.Order", models.PROTECT, null=True, related_name="waiting_entry", verbose_name=_("order")
    )

    objects = WaitingEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiting list entry")
        verbose_name_plural = _("waiting list entries")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "session"], condition=Q(order=None), name="one_place_in_a_waiting_list"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=MOST_SEATS), name="waiting_quantity"),
        ]
        indexes = [models.Index(fields=["order", "session"], name="waiting_open")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.session_id}"

    @classmethod
    def forget_customer(cls, *, user: Any, **_orders: Any) -> None:
        """See `accounts.services.forget_customer`."""
        if user is not None:
            cls.objects.filter(user=user).delete()

    @classmethod
    def about_customer(cls, *, user: Any, **_orders: Any) -> list[dict[str, Any]]:
        """See `accounts.services.rows_about_customer`."""
        rows = cls.objects.filter(user=user).order_by("pk") if user is not None else cls.objects.none()
        names = ("session__film__title", "session__start_datetime", "quantity", "since", "order__number")
        return list(rows.values(*names))
