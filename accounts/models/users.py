from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.phones import PhoneField, stored_form
from cinema.history import History
from cinema.money import MoneyField, between
from house_rules.languages import offered_languages


def default_language() -> str:
    """The installation's language. A function, so that migrations do not contain the value of one installation."""
    return settings.LANGUAGE_CODE


def normalise_email(text: str | None) -> str:
    """The form in which e-mail addresses of accounts are stored and compared, everywhere and on every database.

    Compared by equality: `iexact` follows the database, and PostgreSQL takes a dotless ı for an i.
    """
    return (text or "").strip().lower()


class UserManager(BaseUserManager["User"]):
    def _create(self, email: str, password: str | None, **fields: Any) -> "User":
        if not email:
            raise ValueError("A user needs an e-mail address: it is the login.")
        user = self.model(email=normalise_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self._create(email, password, **fields)

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """The first superuser sets the chain up, and is named as an approver: see `AccountChange`."""
        fields = {"is_staff": True, "is_superuser": True, "all_cinemas": True, **fields}
        is_first = not self.filter(is_superuser=True).exists()
        user = self._create(email, password, **fields)
        if is_first:
            AccountChange.objects.create(account=user, kind=AccountChange.Kind.NAMED, at=user.date_joined)
        return user

    def without_access(self) -> models.QuerySet["User"]:
        """Active staff who can do nothing yet, since they have no role, or see nothing, since they have no cinema."""
        here = {"user": models.OuterRef("pk")}
        no_role = models.Q(~models.Exists(User.groups.through.objects.filter(**here)), is_superuser=False)
        no_cinema = models.Q(~models.Exists(User.cinemas.through.objects.filter(**here)), all_cinemas=False)
        return self.filter(no_role | no_cinema, is_staff=True, is_active=True)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normalise_email(username))


class User(AbstractBaseUser, PermissionsMixin):
    """A customer or a member of staff, who logs in with the e-mail address (case-insensitive)."""

    email = models.EmailField(_("e-mail"), unique=True)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    phone = PhoneField(_("phone"), blank=True)
    preferred_language = models.CharField(
        _("preferred language"), max_length=8, choices=offered_languages, default=default_language
    )
    cinemas = models.ManyToManyField(
        "screenings.Cinema",
        verbose_name=_("cinemas"),
        related_name="staff",
        blank=True,
        help_text=_("The cinemas whose data this member of staff can see."),
    )
    all_cinemas = models.BooleanField(
        _("all cinemas"),
        default=False,
        help_text=_("Can see every cinema. If this is off and no cinemas are chosen, can see none."),
    )
    is_staff = models.BooleanField(_("member of staff"), default=False)
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Accounts are not deleted. To remove access, deactivate them in the list of users."),
    )
    date_joined = models.DateTimeField(_("registered"), default=timezone.now)

    objects = UserManager()
    history = History(  # access rights only: names and addresses are personal data and are not kept twice
        "is_active",
        "all_cinemas",
        "is_staff",
        "is_superuser",
        many=["groups", "cinemas"],
        when=lambda row: row.is_staff,
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions = [
            ("switch_off_user", "Deactivate or reactivate a user"),
            ("reset_second_factor", "Reset a colleague's two-step sign-in"),
        ]
        ordering = ["email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_an_email")]
        indexes = [models.Index(fields=["email"], condition=models.Q(is_staff=True), name="user_staff")]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def clean(self) -> None:
        super().clean()
        self.email = normalise_email(self.email)

    @property
    def lacks_role(self) -> bool:
        return not self.is_superuser and not self.groups.exists()

    @property
    def lacks_cinema(self) -> bool:
        return not self.all_cinemas and not self.cinemas.exists()

    def has_contact(self, *contacts: str) -> bool:
        """Whether one of these is the account's e-mail address or phone number, however it is spelled."""
        own = {normalise_email(self.email), stored_form(self.phone)} - {""}
        return not own.isdisjoint({normalise_email(stored_form(contact)) for contact in contacts})

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or self.email


class Approval(models.Model):
    """A request for a second person's approval to call a service, and that person's decision.

    `service` is a key of the setting `APPROVABLE_SERVICES`, `arguments` are its arguments as JSON, and `facts` are the
    label and value pairs that the person who asked was shown. These never change once the row is stored; `digest` is a
    hash of them, so that an approval can be checked against what the approver was shown. Rows from before version 0.2.0
    have the submitted form as `arguments` and no digest; none of them is open.
    """

    class Status(models.TextChoices):
        ASKED = "ASKED", _("Awaiting approval")
        APPROVED = "APPROVED", _("Approved")
        REFUSED = "REFUSED", _("Rejected")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    TRANSITIONS: ClassVar = {
        Status.ASKED: {Status.APPROVED, Status.REFUSED, Status.WITHDRAWN},
        Status.APPROVED: set(),
        Status.REFUSED: set(),
        Status.WITHDRAWN: set(),
    }

    class Withdrawal(models.TextChoices):
        """Why the system withdrew a request. Stored as a code in `why`, shown as its label."""

        REPLACED = "REPLACED", _("Replaced by a newer request")
        UPDATED = "UPDATED", _("The system was updated. Please make the request again")
        ERASED = "ERASED", _("The customer’s personal data was deleted")

    cinema = models.ForeignKey(
        "screenings.Cinema",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cinema"),
        help_text=_("Leave empty for the whole chain."),
    )
    content_type = models.ForeignKey("contenttypes.ContentType", models.PROTECT, related_name="+")
    object_id = models.CharField(max_length=20)
    service = models.CharField(max_length=60)
    about = models.CharField(_("subject"), max_length=200)
    facts = models.JSONField(_("request"), default=list)
    arguments = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField(_("requested at"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    why = models.CharField(_("reason"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        default_permissions = ("view",)
        permissions = [("decide_approval", "Approve or refuse requests")]
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["status", "asked_at"], name="approval_waiting")]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "service"],
                condition=models.Q(status="ASKED"),
                name="one_open_approval_a_service",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("asked_by")),
                name="approved_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return self.about

    @property
    def reason(self) -> str:
        """The approver's reason for rejecting the request, or the translated reason for its withdrawal."""
        is_code = self.why in self.Withdrawal.values
        return str(self.Withdrawal(self.why).label) if is_code else self.why


class AccountChange(models.Model):
    """A change of somebody else's account, after which the actor may know its password or have decided its rights.

    For a while they do not count as two people in an approval (`accounts.services.account_changes`). `NAMED` has no
    actor: an approver is named on the server, when the chain is set up, and what was done to the account before does
    not count.
    """

    class Kind(models.TextChoices):
        CREATED = "CREATED", _("Account created")
        PASSWORD = "PASSWORD", _("Password set")
        ADDRESS = "ADDRESS", _("E-mail address changed")
        ACCESS = "ACCESS", _("Roles or cinemas changed")
        REACTIVATED = "REACTIVATED", _("Account reactivated")
        SECOND_FACTOR = "SECOND_FACTOR", _("Two-step sign-in reset")
        NAMED = "NAMED", _("Named as an approver")

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="account_changes", verbose_name=_("user")
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    kind = models.CharField(_("change"), max_length=16, choices=Kind)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("account change")
        verbose_name_plural = _("account changes")
        default_permissions = ()
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["at"], name="account_changes_age"),
            models.Index(fields=["account"], name="named_approvers", condition=models.Q(kind="NAMED")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="NAMED", actor__isnull=True)
                | (~models.Q(kind="NAMED") & models.Q(actor__isnull=False)),
                name="account_change_has_an_actor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.account}"


class LimitUse(models.Model):
    """An amount that a person booked alone, and that counts towards that person's limit of the day.

    `service` is a key of the house rules' `approval_limits`; the amount is money, or points. What a second person
    approved is not in here.
    """

    service = models.CharField(max_length=60)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    amount = MoneyField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("limit use")
        verbose_name_plural = _("limit uses")
        default_permissions = ()
        indexes = [models.Index(fields=["person", "service", "at"], name="limit_use_of_a_day")]
        constraints = [between("amount", name="limit_use_bounded")]

    def __str__(self) -> str:
        return f"{self.service} {self.amount}"


class Attempt(models.Model):
    """One attempt at a rate-limited action, kept for a day. `who` is a keyed hash of a person or an IP address."""

    kind = models.CharField(max_length=16)
    who = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        default_permissions = ()
        indexes = [
            models.Index(fields=["kind", "who", "at"], name="attempts_of"),
            models.Index(fields=["at"], name="attempts_age"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["who"], condition=models.Q(kind="form"), name="form_is_sent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"


class RecoveryCode(models.Model):
    """A one-time code that a member of staff keeps on paper in case the phone is lost, stored as a hash."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="one_recovery_code")]

    def __str__(self) -> str:
        return f"{self.user}"
