"""What happened to sessions with sales, and to each order that it concerned."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from cinema.money import MoneyField, between
from incidents.causes import Cause
from notifications.models import MessageKind, Notification
from orders.models import Order, Promocode, RefundLine, Ticket
from payments.models import Refund
from screenings.models import Film, Hall, Seat, Session

LONGEST_WORDS = 160  # the longest text that staff add for guests: it goes into an SMS, too


class Incident(models.Model):
    """One change that a person made to sessions with sales. Its rows say whom it concerned, and what became of them."""

    class Kind(models.TextChoices):
        CANCELLED = "CANCELLED", _("Cancelled")
        MOVED = "MOVED", _("Moved")
        SWAPPED = "SWAPPED", _("Halls swapped")
        DELAYED = "DELAYED", _("Starts late")
        CORRECTED = "CORRECTED", _("Film or version corrected")
        REPRICED = "REPRICED", _("Price changed")

    FREE_TEXT: ClassVar = ["reason", "words"]

    cinema = models.ForeignKey("screenings.Cinema", models.PROTECT, related_name="incidents", verbose_name=_("cinema"))
    kind = models.CharField(_("what happened"), max_length=16, choices=Kind)
    reason = models.CharField(_("reason"), max_length=250)
    cause = models.CharField(
        _("what guests are told"), max_length=16, choices=Cause, blank=True, default="", db_default=""
    )
    words = models.CharField(_("in your own words"), max_length=LONGEST_WORDS, blank=True, default="", db_default="")
    at = models.DateTimeField(_("time"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    refund_until = models.DateTimeField(
        _("refund possible until"),
        null=True,
        help_text=_("Until then guests may return their tickets themselves. Whoever does not answer keeps them."),
    )
    sessions = models.ManyToManyField(Session, through="ChangedSession", related_name="incidents")

    class Meta:
        verbose_name = _("change to screenings")
        verbose_name_plural = _("changes to screenings")
        default_permissions = ("view",)
        permissions = [
            ("change_sold_session", "Move or correct a screening with sales"),
            ("tell_guest", "Note that a guest was told by phone"),
        ]
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["cinema", "at"], name="incident_of_cinema")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.cinema.local(self.at):%d.%m.%Y %H:%M}"

    @property
    def why(self) -> str:
        """What guests are told about the reason, in the active language; empty if nothing."""
        return " ".join(filter(None, [self.get_cause_display(), self.words]))


class ChangedSession(models.Model):
    """A session of an incident, as it was before."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="changed", verbose_name=_("change"))
    session = models.ForeignKey(Session, models.CASCADE, related_name="changes", verbose_name=_("screening"))
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="+", verbose_name=_("former hall"))
    start_datetime = models.DateTimeField(_("former start"))
    film = models.ForeignKey(Film, models.PROTECT, related_name="+", verbose_name=_("former film"))
    format = models.CharField(_("former format"), max_length=8)
    language = models.CharField(_("former language"), max_length=8)
    subtitles = models.CharField(_("former subtitles"), max_length=8, blank=True)
    ticket_price = MoneyField(_("former ticket price"))
    actual_start = models.DateTimeField(_("actual start"), null=True, help_text=_("Where only this was recorded."))

    class Meta:
        verbose_name = _("changed screening")
        verbose_name_plural = _("changed screenings")
        default_permissions = ()
        ordering = ["start_datetime", "hall"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "session"], name="one_change_a_session"),
            between("ticket_price", name="changed_session_price_bounded"),
        ]

    def __str__(self) -> str:
        return str(self.session)


class ConcernedOrderQuerySet(models.QuerySet["ConcernedOrder"]):
    def with_facts(self) -> "ConcernedOrderQuerySet":
        """With `told`, the status of the newest message about the incident; `refunded`, the money returned for its
        tickets; and `comes`, whether the guest still has a ticket for one of its sessions. House holds are nobody's."""
        kinds = [MessageKind.SESSION_CANCELLED, MessageKind.SESSION_CHANGED]
        messages = Notification.objects.filter(
            kind__in=kinds,
            recipient=OuterRef("address"),
            occasion__startswith=OuterRef("occasion"),
            created_at__gte=OuterRef("incident__at"),
        )
        lines = RefundLine.objects.filter(
            ticket__order=OuterRef("order"),
            ticket__session__incidents=OuterRef("incident"),
            refund__requested_at__gte=OuterRef("incident__at"),
        )
        live = Ticket.objects.live().filter(order=OuterRef("order"), session__incidents=OuterRef("incident"))
        return self.exclude(order__channel=Order.Channel.HOUSE).annotate(
            address=Case(
                When(order__email="", then=F("order__phone")),
                default=F("order__email"),
                output_field=models.CharField(),
            ),
            occasion=Concat(F("order__number"), Value(" ")),
            told=Subquery(messages.order_by("-pk").values("status")[:1]),
            refunded=Subquery(lines.order_by().values("ticket__order").annotate(sum=Sum("amount")).values("sum")),
            comes=Exists(live),
        )

    def with_both(self, *, since: datetime | None = None) -> "ConcernedOrderQuerySet":
        """Those whose guest used a voucher instead of the money, which then went back outside, too: `since` an instant,
        or ever."""
        return self.filter(_went_back(since=since), voucher__used_count__gt=0)

    def to_stop(self, at: datetime) -> "ConcernedOrderQuerySet":
        """Those whose voucher is valid although the order's money went back outside by `at`, or the voucher that had
        paid for the order was stopped later than this one was given instead."""
        later = Promocode.history.filter(id=OuterRef("order__promocode"), is_active=False)
        stopped = Q(Exists(later.filter(history_date__gte=OuterRef("answered_at"))))
        stopped &= Q(order__promocode__is_active=False, order__promocode__instead_of_money__isnull=False)
        took_one = {"answer": ConcernedOrder.Answer.VOUCHER, "voucher__isnull": False}  # as the index has it
        return self.filter(_went_back(until=at) | stopped, **took_one, voucher__is_active=True)


def _went_back(*, since: datetime | None = None, until: datetime | None = None) -> Q:
    """The condition that money of the row's order went back outside after its guest had taken a voucher."""
    outside = Refund.objects.filter(status=Refund.Status.SUCCEEDED, amount__gt=0, reason="", actor__isnull=True)
    if since is not None:
        outside = outside.filter(requested_at__gt=since)
    if until is not None:
        outside = outside.filter(requested_at__lte=until)
    return Q(Exists(outside.filter(order=OuterRef("order"), requested_at__gte=OuterRef("answered_at"))))


class ConcernedOrder(models.Model):
    """An order with tickets for the sessions of an incident: what its guest answered, and whether somebody rang."""

    class Answer(models.TextChoices):
        KEEP = "KEEP", _("keeps the tickets")
        REFUND = "REFUND", _("returned the tickets")
        NO_SEAT = "NO_SEAT", _("no seat was left")
        VOUCHER = "VOUCHER", _("took a voucher")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="orders", verbose_name=_("change"))
    order = models.ForeignKey(Order, models.PROTECT, related_name="incidents", verbose_name=_("order"))
    answer = models.CharField(_("answer"), max_length=8, choices=Answer, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    phoned_at = models.DateTimeField(_("told by phone"), null=True)
    phoned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("told by")
    )

    voucher = models.OneToOneField(
        Promocode, models.PROTECT, null=True, editable=False, related_name="instead_of_money", verbose_name=_("voucher")
    )

    objects = ConcernedOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("guest concerned")
        verbose_name_plural = _("guests concerned")
        default_permissions = ("view",)
        ordering = ["incident", "id"]
        indexes = [
            models.Index(fields=["answer"], condition=Q(voucher__isnull=False), name="concerned_with_voucher"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["incident", "order"], name="incident_concerns_order_once"),
            models.CheckConstraint(
                condition=Q(answer="VOUCHER", voucher__isnull=False) | ~Q(answer="VOUCHER") & Q(voucher__isnull=True),
                name="voucher_of_who_took_one",
            ),
        ]

    def __str__(self) -> str:
        return str(self.order)


class MovedTicket(models.Model):
    """The seat that a ticket had before its session was moved. Rows never change."""

    concerned = models.ForeignKey(
        ConcernedOrder, models.PROTECT, related_name="moved", verbose_name=_("guest concerned")
    )
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="moves", verbose_name=_("ticket"))
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+", verbose_name=_("former seat"))

    class Meta:
        verbose_name = _("moved ticket")
        verbose_name_plural = _("moved tickets")
        default_permissions = ()
        ordering = ["concerned", "id"]
        constraints = [models.UniqueConstraint(fields=["concerned", "ticket"], name="ticket_moved_once_an_incident")]

    def __str__(self) -> str:
        return f"{self.ticket}: {self.seat}"
