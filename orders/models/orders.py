"""Orders and their events: tables, allowed transitions, constraints, and querysets of what is due."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User, default_language
from accounts.phones import PhoneField
from cinema.db_functions import insert_from
from cinema.money import MoneyField, between
from cinema.status import transition
from concessions.models import ConcessionPreorder
from house_rules.languages import offered_languages
from house_rules.rules import rules
from orders.models.codes import new_number, new_token
from orders.models.promocodes import Promocode
from orders.models.tickets import Ticket
from payments.models import Dispute, Payment
from screenings.models import Session

OrderLine = Ticket | ConcessionPreorder


class OrderQuerySet(models.QuerySet["Order"]):
    def expired(self, at: datetime) -> "OrderQuerySet":
        """Unpaid orders whose time to pay is over. A payment in flight at a gateway adds a grace period."""
        in_flight = Payment.objects.filter(order=OuterRef("pk"), status=Payment.Status.PENDING)
        return self.filter(
            Q(expires_at__lte=at - settings.PAYMENT_IN_FLIGHT_GRACE) | ~Exists(in_flight),
            status__in=Order.UNPAID,
            expires_at__lte=at,
        )

    def held(self, at: datetime) -> "OrderQuerySet":
        """Unpaid orders that still keep their seats: all that are not `expired`."""
        in_flight = Payment.objects.filter(order=OuterRef("pk"), status=Payment.Status.PENDING)
        return self.filter(
            Q(expires_at__gt=at) | Q(Exists(in_flight), expires_at__gt=at - settings.PAYMENT_IN_FLIGHT_GRACE),
            status__in=Order.UNPAID,
        )

    def overdue(self, at: datetime) -> "OrderQuerySet":
        """Orders that are past their payment deadline and have not expired."""
        return self.filter(status=Order.Status.PENDING_PAYMENT, payment_deadline__lte=at, expires_at__gt=at)

    def of_cancelled_sessions(self, at: datetime) -> "OrderQuerySet":
        """Orders with a live ticket for a cancelled session."""
        tickets = Ticket.objects.filter(
            status__in=Ticket.LIVE,
            session__in=Session.objects.filter(
                status=Session.Status.CANCELLED, archived_at__isnull=True, cancelled_at__lte=at
            ).values("pk"),
        )
        return self.filter(pk__in=tickets.values("order")).exclude(status=Order.Status.REFUNDED)

    def disputed(self) -> "OrderQuerySet":
        """Orders with a payment about which the bank has not decided."""
        return self.filter(pk__in=Dispute.objects.undecided().orders())

    def not_refunded_yet(self, at: datetime) -> "OrderQuerySet":
        """Orders of cancelled sessions that wait: for a bank, for an approval, or for the choice of a voucher."""
        tickets = Ticket.objects.live().filter(session__status=Session.Status.CANCELLED)
        waiting = Q(session__refunds_held=True) | Q(session__refunds_from__gt=at)
        held = tickets.filter(waiting, order__status__in=Order.SOLD).values("order")
        ready = tickets.exclude(waiting).filter(order=OuterRef("pk"))
        return self.filter(Q(pk__in=Dispute.objects.undecided().orders()) | Q(~Exists(ready), pk__in=held))

    def over(self, at: datetime) -> "OrderQuerySet":
        """Paid orders with nothing ahead: no live ticket for a session that is cancelled or ends after
        `at`. Orders without live tickets: no snack left to collect.
        """
        tickets = Ticket.objects.filter(order=OuterRef("pk"), status__in=Ticket.LIVE)
        ahead = tickets.filter(Q(session__status=Session.Status.CANCELLED) | Q(session__end_datetime__gt=at))
        snacks = ConcessionPreorder.objects.filter(
            Q(status__in=ConcessionPreorder.OPEN) | Q(collected_at__gt=at), order=OuterRef("pk")
        )
        return self.filter(~Exists(ahead), Exists(tickets) | ~Exists(snacks), status=Order.Status.PAID, paid_at__lte=at)

    def refund_to_process(self, at: datetime) -> "OrderQuerySet":
        """Orders refunded outside the system whose seats, snacks and points have not been released yet."""
        return self.filter(status=Order.Status.REFUNDED, refund_processed_at__isnull=True, refunded_at__lte=at)

    def to_accrue(self, at: datetime) -> "OrderQuerySet":
        """Completed orders of customers whose points have not been credited."""
        return self.filter(
            status=Order.Status.COMPLETED, user__isnull=False, bonus_accrued_at__isnull=True, completed_at__lte=at
        )

    def with_uncollected_snacks(self, at: datetime) -> "OrderQuerySet":
        """Sold orders with snacks past their collection deadline, except those of a cancelled session."""
        overdue = ConcessionPreorder.objects.filter(
            status__in=ConcessionPreorder.OPEN,
            collection_deadline__lte=at,
            order__status__in=Order.SOLD,
            order__paid_at__lte=at,
        )
        of_cancelled = Ticket.objects.filter(
            order=OuterRef("pk"), status__in=Ticket.LIVE, session__status=Session.Status.CANCELLED
        )
        return self.filter(~Exists(of_cancelled), pk__in=overdue.values("order"))


class Order(models.Model):
    """What a customer buys at once in one cinema. Its amounts never change after sale."""

    class Status(models.TextChoices):
        PENDING_PAYMENT = "PENDING_PAYMENT", _("Awaiting payment")
        PAYMENT_OVERDUE = "PAYMENT_OVERDUE", _("Payment overdue")
        PAID = "PAID", _("Paid")
        COMPLETED = "COMPLETED", _("Completed")
        CANCELLED = "CANCELLED", _("Cancelled")
        REFUNDED = "REFUNDED", _("Refunded")

    TRANSITIONS: ClassVar = {
        Status.PENDING_PAYMENT: {Status.PAID, Status.PAYMENT_OVERDUE, Status.CANCELLED},
        Status.PAYMENT_OVERDUE: {Status.PAID, Status.PENDING_PAYMENT, Status.CANCELLED},
        Status.PAID: {Status.COMPLETED, Status.REFUNDED},
        Status.COMPLETED: {Status.REFUNDED},
        Status.CANCELLED: {Status.PAID},  # late money
        Status.REFUNDED: set(),
    }
    UNPAID: ClassVar = [Status.PENDING_PAYMENT, Status.PAYMENT_OVERDUE]
    SOLD: ClassVar = [Status.PAID, Status.COMPLETED]

    class Channel(models.TextChoices):
        ONLINE = "ONLINE", _("Online")
        BOX_OFFICE = "BOX_OFFICE", _("Box office")
        RESERVATION = "RESERVATION", _("Unpaid booking")
        HOUSE = "HOUSE", _("House hold")
        GROUP = "GROUP", _("Group")

    number = models.CharField(_("number"), max_length=8, default=new_number, editable=False)
    token = models.CharField(max_length=40, default=new_token, editable=False)
    cinema = models.ForeignKey(  # found by `order_of_cinema`
        "screenings.Cinema", models.PROTECT, related_name="orders", verbose_name=_("cinema"), db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("customer"),
        help_text=_("Empty if the customer ordered without signing in."),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = PhoneField(_("phone"), blank=True)
    language = models.CharField(_("language"), max_length=8, choices=offered_languages, default=default_language)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PENDING_PAYMENT)
    channel = models.CharField(_("channel"), max_length=16, choices=Channel, default=Channel.ONLINE)
    created_at = models.DateTimeField(_("created"))
    payment_deadline = models.DateTimeField(_("pay by"))
    expires_at = models.DateTimeField(_("booked until"))
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    refunded_at = models.DateTimeField(_("refunded"), null=True, blank=True)
    refund_processed_at = models.DateTimeField(_("refund processed"), null=True, blank=True)
    bonus_accrued_at = models.DateTimeField(_("points credited"), null=True, blank=True)
    total_amount = MoneyField(_("full price"), default=0)
    discount_amount = MoneyField(_("discount"), default=0)
    bonus_amount = MoneyField(_("paid with points"), default=0)
    final_amount = MoneyField(_("to pay"), default=0)
    refund_notice_minutes = models.PositiveSmallIntegerField(
        _("online refunds close before the start (minutes)"),
        null=True,
        editable=False,
        help_text=_("As the house rules were when the order was placed."),
    )
    promocode = models.ForeignKey(
        Promocode, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("promo code")
    )

    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="replaced_by",
        verbose_name=_("instead of"),
        help_text=_("The order that the customer changed into this one."),
    )

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        permissions = [
            ("cancel_order", "Cancel an unpaid order"),
            ("extend_order", "Extend an order's time to pay"),
            ("correct_address_order", "Correct an order’s address"),
            ("change_seats_order", "Give a guest other seats"),
            ("remind_order", "Remind a customer to pay"),
            ("take_payment_order", "Take cash or card for an order"),
            ("refund_order", "Refund an order or some of its items"),
            ("disclose_customer", "Export a customer's personal data"),
            ("erase_customer", "Erase a customer's personal data"),
            ("refund_consumed", "Refund snacks that were collected or have expired"),
        ]
        ordering = ["-created_at", "-id"]
        indexes = [
            # Whole, not partial: SQLite leaves a partial index unused when the status is a bound parameter.
            models.Index(fields=["status", "expires_at"], name="order_expiry"),
            models.Index(fields=["status", "payment_deadline"], name="order_deadline"),
            # These conditions have no parameter. Settled orders leave both, so they stay small for ever.
            models.Index(
                fields=["status", "user"],
                condition=Q(bonus_accrued_at__isnull=True, user__isnull=False),
                name="order_to_accrue",
            ),
            models.Index(
                fields=["status", "refunded_at"],
                condition=Q(refund_processed_at__isnull=True, refunded_at__isnull=False),
                name="order_refund_to_process",
            ),
            models.Index(fields=["cinema", "created_at"], name="order_of_cinema"),
            models.Index(fields=["cinema", "paid_at"], name="order_paid_in_cinema"),
            models.Index(fields=["email"], name="order_email"),
            models.Index(fields=["phone"], name="order_phone"),
        ]
        constraints = [  # with `unique=True` PostgreSQL would keep a second index of each, for LIKE
            *(models.UniqueConstraint(fields=[code], name=f"order_{code}_once") for code in ("number", "token")),
            models.CheckConstraint(
                condition=Q(final_amount=F("total_amount") - F("discount_amount") - F("bonus_amount")),
                name="order_adds_up",
            ),
            between("total_amount", name="order_total_bounded"),
            between("discount_amount", name="order_discount_bounded"),
            between("bonus_amount", name="order_bonus_bounded"),
            between("final_amount", name="order_final_bounded"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def link(self) -> str:
        """The address of the order's page. Whoever has it can see, pay and refund the order."""
        return settings.SITE_URL + settings.ORDER_PATH.format(token=self.token)

    @property
    def refund_notice(self) -> timedelta:
        """How long before the start customers can refund tickets themselves: as they were promised at sale."""
        stored = self.refund_notice_minutes
        return timedelta(minutes=rules().refund_notice_minutes if stored is None else stored)

    @property
    def is_draft(self) -> bool:
        """Whether its seats are held online for somebody who has not said yet who they are."""
        return self.channel == self.Channel.ONLINE and not (self.user_id or self.email or self.phone)

    @property
    def recipient(self) -> str:
        """Where to write to the customer: an e-mail address, else a phone number, else an empty string."""
        return self.email or self.phone

    @classmethod
    def transition(
        cls,
        orders: Iterable["Order"],
        to: str,
        *,
        at: datetime,
        reason: str = "",
        actor: User | None = None,
        **stamps: Any,
    ) -> None:
        """Change the status of all orders, or of none, with an `OrderEvent` for each. The only way to change it."""
        orders = list(orders)
        by_status: defaultdict[str, list[int]] = defaultdict(list)
        for order in orders:
            by_status[order.status].append(order.pk)
        transition(orders, to, **stamps)
        event = {"order": F("pk"), "to_status": to, "at": at, "reason": reason, "actor": actor and actor.pk}
        for status, keys in by_status.items():
            insert_from(Order.objects.filter(pk__in=keys), OrderEvent, from_status=status, **event)


class OverdueOrder(Order):
    """The same table, for the page of overdue orders."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("overdue order")
        verbose_name_plural = _("overdue orders")


class OrderEvent(models.Model):
    """A change of an order's status, which itself never changes. The first has no `from_status`."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="events", verbose_name=_("order"))
    from_status = models.CharField(_("from"), max_length=16, choices=Order.Status, blank=True)
    to_status = models.CharField(_("to"), max_length=16, choices=Order.Status)
    at = models.DateTimeField(_("time"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("Empty if it happened automatically."),
    )
    reason = models.CharField(_("reason"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        ordering = ["order", "id"]
        indexes = [models.Index(fields=["at"], condition=Q(actor__isnull=False), name="event_of_person")]

    def __str__(self) -> str:
        return f"{self.order}: {self.get_from_status_display()} → {self.get_to_status_display()}"
