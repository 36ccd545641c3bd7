from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import LessThan
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from cinema.money import MoneyField, between

MOST_STOCK = 1_000_000
SALES_DAYS = 14  # how far back the speed of sales is measured
FILLED = F("stock_quantity") * 100 / F("max_stock_quantity")  # of the shelf, percent
YES, NO = [True], [False]  # `is_low__in=YES`: for a bare `is_low` SQLite leaves the index unused


class ConcessionItemQuerySet(models.QuerySet["ConcessionItem"]):
    def low(self, at: datetime) -> "ConcessionItemQuerySet":
        """On sale, under the threshold at `at`, and nobody has been told of this drop."""
        return self.filter(
            Q(low_since__isnull=True) | Q(low_since__lte=at),
            is_low__in=YES,
            is_active=True,
            low_alerted_at__isnull=True,
        )

    def recovered(self, at: datetime) -> "ConcessionItemQuerySet":
        """Told of as low, and not low any more: the next drop is to be told of again."""
        return self.filter(is_low__in=NO, low_alerted_at__lte=at)

    def running_out(self) -> "ConcessionItemQuerySet":
        """On sale and under the threshold, told of or not."""
        return self.filter(is_low__in=YES, is_active=True)

    def with_sales(self, at: datetime) -> "ConcessionItemQuerySet":
        """Each with `sold_lately`, units that customers took in the `SALES_DAYS` before `at`, returns subtracted."""
        moved = StockMovement.objects.filter(
            concession_item=OuterRef("pk"),
            at__gt=at - timedelta(days=SALES_DAYS),
            at__lte=at,
            kind__in=[StockMovement.Kind.HOLD, StockMovement.Kind.RETURN],
        )
        total = moved.order_by().values("concession_item").annotate(total=Sum("quantity")).values("total")
        return self.annotate(sold_lately=Greatest(-Coalesce(Subquery(total), 0), 0))

    def with_orders(self) -> "ConcessionItemQuerySet":
        """Each with what is suggested to order, or on order, and since when it is on order."""
        open_one = ReorderSuggestion.objects.filter(concession_item=OuterRef("pk"), settled_at__isnull=True)
        return self.annotate(
            to_order=Subquery(open_one.values("quantity")[:1]), ordered_at=Subquery(open_one.values("ordered_at")[:1])
        )


class ConcessionItem(models.Model):
    """What the bar of one cinema sells. The stock is the sum of the item's movements."""

    cinema = models.ForeignKey(
        "screenings.Cinema", models.PROTECT, related_name="concession_items", verbose_name=_("cinema")
    )
    name = models.CharField(_("name"), max_length=120)
    price = MoneyField(_("price"))
    stock_quantity = models.PositiveIntegerField(_("in stock"), default=0)
    max_stock_quantity = models.PositiveIntegerField(
        _("maximum stock"), default=100, validators=[MinValueValidator(1), MaxValueValidator(MOST_STOCK)]
    )
    low_stock_percent = models.PositiveSmallIntegerField(
        _("low stock threshold (%)"),
        default=20,
        validators=[MaxValueValidator(100)],
        help_text=_("Staff are alerted when the stock falls below this share of the maximum."),
    )
    made_to_order = models.BooleanField(
        _("made to order"), default=False, help_text=_("Once prepared, it can’t go back into stock.")
    )
    is_active = models.BooleanField(_("on sale"), default=True)
    # Kept by the database, so that an edited threshold, too, decides at once; and plain to index on both databases.
    is_low = models.GeneratedField(
        verbose_name=_("low"),
        expression=models.Case(
            models.When(
                LessThan(F("stock_quantity") * 100, F("max_stock_quantity") * F("low_stock_percent")), then=True
            ),
            default=False,
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    low_since = models.DateTimeField(_("low since"), null=True, blank=True, editable=False)
    low_alerted_at = models.DateTimeField(_("staff alerted"), null=True, blank=True, editable=False)

    objects = ConcessionItemQuerySet.as_manager()
    history = History("name", "price", "max_stock_quantity", "low_stock_percent", "made_to_order", "is_active")

    class Meta:
        verbose_name = _("bar item")
        verbose_name_plural = _("bar items")
        permissions = [
            ("receive_goods", "Receive goods"),
            ("count_stock", "Count the stock"),
            ("write_off_goods", "Write goods off"),
            ("order_goods", "Order goods up to the maximum"),
            ("take_off_sale", "Take an item off sale, or put it back"),
        ]
        ordering = ["cinema", "name"]
        indexes = [models.Index(fields=["is_low", "low_alerted_at", "is_active"], name="item_low_stock")]
        constraints = [
            models.UniqueConstraint(fields=["cinema", "name"], name="one_item_a_name"),
            between("price", name="item_price_bounded"),
            between("stock_quantity", 0, MOST_STOCK, name="item_stock_bounded"),
            between("max_stock_quantity", 1, MOST_STOCK, name="item_max_stock_bounded"),
            between("low_stock_percent", 0, 100, name="item_low_percent_bounded"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def threshold(self) -> int:
        """The first stock that is not low."""
        return -(-self.max_stock_quantity * self.low_stock_percent // 100)

    @property
    def missing(self) -> int:
        """How much would fill the shelf; 0 when it is full, or over."""
        return max(self.max_stock_quantity - self.stock_quantity, 0)


class LowStockItem(ConcessionItem):
    """The same item, on the page of those that are running out."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("low stock item")
        verbose_name_plural = _("low stock")


class ConcessionPreorder(models.Model):
    """One line of snacks in an order. Its quantity has left the stock since it was held."""

    class Status(models.TextChoices):
        PENDING = "PENDING", _("To prepare")
        READY = "READY", _("Ready")
        COLLECTED = "COLLECTED", _("Collected")
        EXPIRED = "EXPIRED", _("Not collected")
        CANCELLED = "CANCELLED", _("Cancelled")
        AVAILABLE = "AVAILABLE", _("Refunded")

    TRANSITIONS: ClassVar = {
        Status.PENDING: {Status.READY, Status.COLLECTED, Status.EXPIRED, Status.CANCELLED, Status.AVAILABLE},
        Status.READY: {Status.COLLECTED, Status.EXPIRED, Status.CANCELLED, Status.AVAILABLE},
        Status.COLLECTED: set(),
        Status.EXPIRED: set(),
        Status.CANCELLED: {Status.PENDING},
        Status.AVAILABLE: set(),
    }
    OPEN: ClassVar = [Status.PENDING, Status.READY]

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="preorders", verbose_name=_("order"))
    concession_item = models.ForeignKey(
        ConcessionItem, models.PROTECT, related_name="preorders", verbose_name=_("bar item")
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = MoneyField(_("unit price"))
    discount_share = MoneyField(_("share of the discount"), default=0)
    bonus_share = MoneyField(_("share paid with points"), default=0)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PENDING)
    pickup_code = models.CharField(_("pick-up code"), max_length=8, db_index=True)
    collection_deadline = models.DateTimeField(_("collect by"))
    ready_at = models.DateTimeField(_("ready"), null=True, blank=True)
    collected_at = models.DateTimeField(_("collected"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handled by"),
        help_text=_("Who prepared it or handed it over."),
    )

    class Meta:
        verbose_name = _("snack pre-order")
        verbose_name_plural = _("snack pre-orders")
        permissions = [
            ("make_ready", "Make a pre-order ready"),
            ("hand_over", "Hand a pre-order over"),
        ]
        ordering = ["collection_deadline", "id"]
        indexes = [models.Index(fields=["status", "collection_deadline"], name="preorder_deadline")]
        constraints = [
            between("quantity", 1, 10_000, name="preorder_quantity_bounded"),
            between("unit_price", name="preorder_price_bounded"),
            between("discount_share", name="preorder_discount_bounded"),
            between("bonus_share", name="preorder_bonus_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.concession_item}"

    @property
    def amount(self) -> Decimal:
        """The line's price before discount and points."""
        return self.unit_price * self.quantity

    @property
    def paid(self) -> Decimal:
        """What of this line is paid in money."""
        return self.amount - self.discount_share - self.bonus_share


class StockMovement(models.Model):
    """One signed change of an item's stock. Never changed, never deleted; a mistake is put right by another one."""

    class Kind(models.TextChoices):
        OPENING = "OPENING", _("Opening stock")
        RECEIPT = "RECEIPT", _("Goods received")
        HOLD = "HOLD", _("Ordered by a customer")
        RETURN = "RETURN", _("Returned from an order")
        WRITE_OFF = "WRITE_OFF", _("Written off")
        COUNT = "COUNT", _("Stock count difference")

    concession_item = models.ForeignKey(
        ConcessionItem, models.PROTECT, related_name="movements", verbose_name=_("bar item")
    )
    quantity = models.IntegerField(_("change"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    at = models.DateTimeField(_("time"))
    preorder = models.ForeignKey(
        ConcessionPreorder,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
        verbose_name=_("pre-order"),
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name=_("reversal of")
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    reason = models.CharField(_("reason"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["concession_item", "at"], name="movement_of_item")]
        constraints = [
            between("quantity", -MOST_STOCK, MOST_STOCK, name="movement_bounded"),
            models.CheckConstraint(condition=~Q(quantity=0), name="movement_moves_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity:+d} {self.concession_item}"


class ReorderSuggestion(models.Model):
    """How much to order so that the item is full again, and who ordered it; open until goods come in."""

    concession_item = models.ForeignKey(
        ConcessionItem, models.PROTECT, related_name="reorder_suggestions", verbose_name=_("bar item")
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    suggested_at = models.DateTimeField(_("suggested"))
    ordered_at = models.DateTimeField(_("ordered"), null=True, blank=True)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ordered by"),
    )
    settled_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("reorder suggestion")
        verbose_name_plural = _("reorder suggestions")
        ordering = ["-suggested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["concession_item"], condition=Q(settled_at__isnull=True), name="one_open_suggestion_an_item"
            ),
            between("quantity", 1, MOST_STOCK, name="suggestion_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.concession_item}"
