"""Lists at partners that send newsletters, each with a segment's customers, and whom each has."""

import re
import uuid
from collections.abc import Collection
from datetime import date, datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cinema.history import History
from cinema.status import transition_matching
from reports.models import Engagement


class Partner(models.TextChoices):
    UNISENDER = "UNISENDER", "UniSender"
    MAILCHIMP = "MAILCHIMP", "Mailchimp"
    BREVO = "BREVO", "Brevo"


ABROAD = [Partner.MAILCHIMP, Partner.BREVO]
#: The data centre becomes a part of the host that addresses are sent to, so nothing else may stand there.
MAILCHIMP_KEY = re.compile(r"[A-Za-z0-9]+-(?P<data_centre>[a-z]{2,4}[0-9]{1,3})")


class MarketingListQuerySet(models.QuerySet["MarketingList"]):
    def allowed(self) -> "MarketingListQuerySet":
        """Lists that are switched on and may be: of a Russian entity, those abroad only after the notice."""
        forbidden = Q(partner__in=ABROAD, notice_on=None) & ~Q(legal_entity__tax_system="")
        return self.filter(~forbidden, is_active=True)

    def to_plan(self, today: date) -> "MarketingListQuerySet":
        """Once for each date, after the figures about customers were counted."""
        counted = Engagement.objects.filter(date__gte=today)
        planned = Q(planned_on__isnull=False, planned_on__gte=today)
        return self.allowed().filter(~planned, Exists(counted))

    def to_read(self, at: datetime) -> "MarketingListQuerySet":
        """Lists whose unsubscribes are to be read."""
        return self.allowed().filter(next_attempt_at__lte=at)


class MarketingList(models.Model):
    """A list at a partner, which gets the customers of a segment who agreed to news by e-mail."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    partner = models.CharField(_("partner"), max_length=16, choices=Partner)
    legal_entity = models.ForeignKey(
        "payments.LegalEntity",
        models.PROTECT,
        related_name="+",
        verbose_name=_("legal entity"),
        help_text=_("Who sends the newsletters, and has the account at the partner."),
    )
    segment = models.ForeignKey("reports.Segment", models.PROTECT, related_name="+", verbose_name=_("segment"))
    list_id = models.CharField(_("list"), max_length=40, help_text=_("Its number at the partner."))
    secret = models.CharField(_("API key"), max_length=200)
    is_active = models.BooleanField(_("active"), default=True)
    notice_on = models.DateField(
        _("cross-border notice"),
        null=True,
        blank=True,
        help_text=_(
            "When Roskomnadzor was told of the transfer abroad. Until then a partner abroad gets nothing from a "
            "Russian legal entity."
        ),
    )
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # the address of the partner's webhooks
    planned_on = models.DateField(null=True, editable=False)
    succeeded_at = models.DateTimeField(_("last success"), null=True, blank=True, editable=False)
    error = models.CharField(_("error"), max_length=200, blank=True, editable=False)
    read_at = models.DateTimeField(null=True, editable=False)  # who has unsubscribed
    # Of the next reading of unsubscribes
    attempts = models.PositiveIntegerField(default=0, editable=False)
    next_attempt_at = models.DateTimeField(editable=False)
    claimed_by = models.CharField(max_length=64, blank=True, editable=False)

    FREE_TEXT: ClassVar = ["name", "error"]
    history = History("name", "partner", "legal_entity", "segment", "list_id", "is_active", "notice_on")
    objects = MarketingListQuerySet.as_manager()

    class Meta:
        verbose_name = _("marketing list")
        verbose_name_plural = _("marketing lists")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "list_id"],
                name="one_segment_a_list",
                violation_error_message=_("Another segment goes to this list already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_forbidden(self) -> bool:
        """It goes abroad for a Russian legal entity, and no notice is recorded."""
        return self.partner in ABROAD and bool(self.legal_entity.tax_system) and self.notice_on is None

    def clean(self) -> None:
        super().clean()
        if self.partner == Partner.MAILCHIMP and self.secret and not MAILCHIMP_KEY.fullmatch(self.secret):
            raise ValidationError({"secret": _("A key of Mailchimp ends with its data centre, such as -us21.")})
        if self.partner in (Partner.UNISENDER, Partner.BREVO) and self.list_id and not self.list_id.isdecimal():
            raise ValidationError({"list_id": _("This partner’s lists have numbers.")})


class MemberQuerySet(models.QuerySet["ListMember"]):
    def to_send(self, at: datetime) -> "MemberQuerySet":
        """What the partners are to be told at `at`. Whoever was erased is deleted there though the list is off."""
        lists = MarketingList.objects.allowed()
        return self.filter(
            Q(marketing_list__in=lists) | Q(status=ListMember.Status.ERASING),
            status__in=ListMember.OPEN,
            next_attempt_at__lte=at,
        )


class ListMember(models.Model):
    """A customer on a list, or who was: by the address that the partner knows.

    `consent` is the row on which it rests. After an erasure the address stays until the partner has deleted it.
    """

    class Status(models.TextChoices):
        ADDING = "ADDING", _("To be added")
        ON_LIST = "ON_LIST", _("On the list")
        LEAVING = "LEAVING", _("To be removed")
        LEFT = "LEFT", _("Removed")
        ERASING = "ERASING", _("To be deleted")
        UNSUBSCRIBED = "UNSUBSCRIBED", _("Unsubscribed")
        REFUSED = "REFUSED", _("Refused")

    TRANSITIONS: ClassVar = {
        Status.ADDING: {Status.ON_LIST, Status.LEAVING, Status.ERASING, Status.UNSUBSCRIBED, Status.REFUSED},
        Status.ON_LIST: {Status.LEAVING, Status.ERASING, Status.UNSUBSCRIBED},
        Status.LEAVING: {Status.LEFT, Status.ADDING, Status.ERASING, Status.UNSUBSCRIBED},
        Status.LEFT: {Status.ADDING, Status.ERASING, Status.UNSUBSCRIBED},
        Status.ERASING: set(),
        Status.UNSUBSCRIBED: {Status.ERASING},  # and never on the list again
        Status.REFUSED: {Status.LEAVING, Status.ERASING, Status.UNSUBSCRIBED},
    }
    OPEN: ClassVar = [Status.ADDING, Status.LEAVING, Status.ERASING]

    marketing_list = models.ForeignKey(
        MarketingList, models.PROTECT, related_name="members", verbose_name=_("list"), db_index=False
    )
    user = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    order = models.ForeignKey("orders.Order", models.PROTECT, null=True, related_name="+")
    email = models.CharField(_("e-mail address"), max_length=254)
    consent = models.UUIDField(null=True)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.ADDING)
    was_on_list = models.BooleanField(default=False)
    changed_at = models.DateTimeField(_("changed"))
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=64, blank=True)
    answer = models.CharField(_("answer"), max_length=200, blank=True)

    FREE_TEXT: ClassVar = ["answer"]
    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a marketing list")
        verbose_name_plural = _("members of marketing lists")
        default_permissions = ()
        indexes = [models.Index(fields=["status", "next_attempt_at"], name="list_members_to_send")]
        constraints = [models.UniqueConstraint(fields=["marketing_list", "email"], name="once_on_a_list")]

    def __str__(self) -> str:
        return f"member {self.pk}"  # no address: this text ends up in logs

    @classmethod
    def forget_customer(cls, *, user: User | None, orders: Collection[int]) -> None:
        """See `accounts.services.forget_customer`. The partner is told to delete the address, and then it goes here."""
        rows = cls._about(user, orders)
        transition_matching(
            rows, cls.Status.ERASING, next_attempt_at=F("changed_at"), attempts=0, claimed_by="", answer=""
        )
        rows.update(user=None, order=None, consent=None)

    @classmethod
    def about_customer(cls, *, user: User | None, orders: Collection[int]) -> list[dict[str, Any]]:
        """See `accounts.services.rows_about_customer`."""
        names = ["marketing_list__name", "marketing_list__partner", "status", "changed_at"]
        return list(cls._about(user, orders).order_by("pk").values(*names))

    @classmethod
    def _about(cls, user: User | None, orders: Collection[int]) -> models.QuerySet["ListMember"]:
        return cls._default_manager.filter(Q(user=user, user__isnull=False) | Q(order__in=orders))
