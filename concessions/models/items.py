"""What the bar sells, every movement of its stock, and what to order."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import LessThan
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from cinema.money import MAX_AMOUNT, MoneyField, between
from house_rules.translated import Translated

MOST_STOCK = 1_000_000
MOST_VALUE = MAX_AMOUNT * MOST_STOCK
PICTURE_SIDE = 240  # pixels, of a square
OLDEST = 21  # years that a law asks of who buys
SALES_DAYS = 14  # the period over which recent sales are counted
FILLED = F("stock_quantity") * 100 / F("max_stock_quantity")  # percentage of the maximum stock
YES, NO = [True], [False]  # for `is_low__in=YES`: with `is_low=True` SQLite does not use the index


class ConcessionItemQuerySet(models.QuerySet["ConcessionItem"]):
    def low(self, at: datetime) -> "ConcessionItemQuerySet":
        """Items on sale that are below the threshold as of `at`, and for which staff were not alerted yet."""
        return self.filter(
            Q(low_since__isnull=True) | Q(low_since__lte=at),
            is_low__in=YES,
            is_active=True,
            low_alerted_at__isnull=True,
        )

    def on_sale(self) -> "ConcessionItemQuerySet":
        """What customers can order."""
        return self.filter(is_active=True).exclude(kind=ConcessionItem.Kind.INGREDIENT)

    def to_expect(self, since: datetime) -> "ConcessionItemQuerySet":
        """Items on sale whose expected use was last worked out at `since` or earlier, or never."""
        return self.filter(Q(expected_at__isnull=True) | Q(expected_at__lte=since), is_active__in=YES)

    def recovered(self, at: datetime) -> "ConcessionItemQuerySet":
        """Items that are no longer low, but are still marked as alerted."""
        return self.filter(is_low__in=NO, low_alerted_at__lte=at)

    def running_out(self) -> "ConcessionItemQuerySet":
        """Items on sale that are below the threshold, whether or not staff were alerted."""
        return self.filter(is_low__in=YES, is_active=True)

    def with_sales(self, at: datetime) -> "ConcessionItemQuerySet":
        """Adds `sold_lately`: units sold in the `SALES_DAYS` before `at`, less returns."""
        moved = StockMovement.objects.filter(
            concession_item=OuterRef("pk"),
            at__gt=at - timedelta(days=SALES_DAYS),
            at__lte=at,
            kind__in=[StockMovement.Kind.HOLD, StockMovement.Kind.RETURN],
        )
        total = moved.order_by().values("concession_item").annotate(total=Sum("quantity")).values("total")
        return self.annotate(sold_lately=Greatest(-Coalesce(Subquery(total), 0), 0))

    def with_orders(self) -> "ConcessionItemQuerySet":
        """Adds `to_order`, the quantity suggested or on order, and `ordered_at`, when it was ordered (None if not)."""
        open_suggestion = ReorderSuggestion.objects.filter(concession_item=OuterRef("pk"), settled_at__isnull=True)
        return self.annotate(
            to_order=Subquery(open_suggestion.values("quantity")[:1]),
            ordered_at=Subquery(open_suggestion.values("ordered_at")[:1]),
        )


class ConcessionItem(Translated):
    """An item that the bar of one cinema sells, or an ingredient. Its stock is the sum of its movements.

    A portion that is made of ingredients, and a combo, have no stock of their own: see `ItemPart`. An item keeps its
    kind, since its movements rest on it.
    """

    class Kind(models.TextChoices):
        GOODS = "GOODS", _("Goods, sold as they are")
        INGREDIENT = "INGREDIENT", _("Ingredient, not sold by itself")
        MADE = "MADE", _("Made of ingredients")
        COMBO = "COMBO", _("Combo of several items")

    class Unit(models.TextChoices):
        PIECE = "PIECE", _("pieces")
        GRAM = "GRAM", _("g")
        MILLILITRE = "MILLILITRE", _("ml")

    STOCKED = (Kind.GOODS, Kind.INGREDIENT)

    TRANSLATED: ClassVar = ("name", "portion", "composition", "allergens")

    cinema = models.ForeignKey(
        "screenings.Cinema", models.PROTECT, related_name="concession_items", verbose_name=_("cinema")
    )
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.GOODS, db_default=Kind.GOODS)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit, default=Unit.PIECE, db_default=Unit.PIECE)
    price = MoneyField(_("price"))
    portion = models.CharField(
        _("portion"), max_length=40, blank=True, default="", db_default="", help_text=_("Such as 150 g or 0.5 l.")
    )
    composition = models.CharField(_("composition"), max_length=500, blank=True, default="", db_default="")
    allergens = models.CharField(_("allergens"), max_length=200, blank=True, default="", db_default="")
    lowest_age = models.PositiveSmallIntegerField(
        _("lowest age"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(OLDEST)],
        help_text=_("In years. The shop says it beside the item; the bar checks it."),
    )
    picture = models.CharField(_("picture"), max_length=20, blank=True, default="", db_default="", editable=False)
    stock_quantity = models.PositiveIntegerField(_("in stock"), default=0)
    # What the stock cost, to the kopeck: the sum of the values of its movements. Null until a cost is known.
    stock_value = MoneyField(_("value of the stock"), null=True, blank=True, editable=False, highest=MOST_VALUE)
    # `stock_value` by unit, rounded; it stays as it was while nothing is in stock. Null as long as `stock_value` is.
    average_cost = MoneyField(_("average cost"), null=True, blank=True, editable=False)
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
    # Generated by the database, so that an edited threshold takes effect at once and both databases can index it.
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
    expected_today = models.PositiveIntegerField(_("expected use today"), null=True, blank=True, editable=False)
    expected_week = models.PositiveIntegerField(_("expected use in a week"), null=True, blank=True, editable=False)
    expected_at = models.DateTimeField(_("expected use worked out"), null=True, blank=True, editable=False)

    goes_with = models.ForeignKey(
        "self", models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("sells with")
    )

    objects = ConcessionItemQuerySet.as_manager()
    history = History(
        *("name", "price", "portion", "composition", "allergens", "lowest_age", "picture", "texts"),
        *("max_stock_quantity", "low_stock_percent", "made_to_order", "is_active"),
    )

    class Meta:
        verbose_name = _("bar item")
        verbose_name_plural = _("bar items")
        permissions = [
            ("receive_goods", "Receive goods"),
            ("count_stock", "Count the stock"),
            ("write_off_goods", "Write goods off"),
            ("order_goods", "Mark goods as ordered"),
            ("set_cost", "Set the cost of the stock"),
            ("view_costs", "See costs and the value of the stock"),
            ("take_off_sale", "Take an item off sale, or put it back on sale"),
        ]
        ordering = ["cinema", "name"]
        indexes = [
            models.Index(fields=["is_low", "low_alerted_at", "is_active"], name="item_low_stock"),
            models.Index(fields=["is_active", "expected_at"], name="item_to_expect"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["cinema", "name"], name="one_item_a_name"),
            between("price", name="item_price_bounded"),
            between("lowest_age", 0, OLDEST, name="item_lowest_age_bounded"),
            between("stock_quantity", 0, MOST_STOCK, name="item_stock_bounded"),
            between("stock_value", highest=MOST_VALUE, name="item_value_bounded"),
            between("average_cost", name="item_cost_bounded"),
            models.CheckConstraint(
                condition=Q(stock_value__isnull=True, average_cost__isnull=True)
                | Q(stock_value__isnull=False, average_cost__isnull=False),
                name="item_value_has_a_cost",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["GOODS", "INGREDIENT"]) | Q(stock_quantity=0, low_stock_percent=0),
                name="item_without_stock_is_not_low",
            ),
            between("expected_today", 0, MOST_STOCK, name="item_today_bounded"),
            between("expected_week", 0, MOST_STOCK, name="item_week_bounded"),
            between("max_stock_quantity", 1, MOST_STOCK, name="item_max_stock_bounded"),
            between("low_stock_percent", 0, 100, name="item_low_percent_bounded"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """What has no stock of its own is never low, and what was prepared of ingredients cannot go back into them."""
        if not self.is_stocked:
            self.low_stock_percent = 0
            self.made_to_order = self.made_to_order or self.kind == self.Kind.MADE

    def picture_name(self, extension: str) -> str:
        """The name of a file of its picture, in the storage of pictures; see `concessions.services.pictures`."""
        return f"{self.picture}-{PICTURE_SIDE}.{extension}"

    @property
    def is_stocked(self) -> bool:
        return self.kind in self.STOCKED

    @property
    def is_sold(self) -> bool:
        return self.is_active and self.kind != self.Kind.INGREDIENT

    @property
    def threshold(self) -> int:
        """The smallest stock that is not low."""
        return -(-self.max_stock_quantity * self.low_stock_percent // 100)

    @property
    def missing(self) -> int:
        """How many units are missing to reach the maximum stock; at least 0."""
        return max(self.max_stock_quantity - self.stock_quantity, 0)

    @property
    def suggested_order(self) -> int:
        """So many that it is not low after a week's expected use, up to the maximum; without a forecast, to that."""
        enough = self.max_stock_quantity if self.expected_week is None else self.threshold + self.expected_week
        return max(min(enough, self.max_stock_quantity) - self.stock_quantity, 0)


class LowStockItem(ConcessionItem):
    """Proxy for the admin page of items that are low."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("low stock item")
        verbose_name_plural = _("low stock")


class StockMovement(models.Model):
    """One signed change of an item's stock, with what it cost. Never changed or deleted; another movement corrects it.

    `value` is what the movement adds to the value of the stock, to the kopeck: a part of it in proportion to what
    leaves, so that the last unit leaves nothing behind. It may therefore differ by kopecks from `unit_cost` times
    `quantity`. Both are null while the cost of the stock is not known. A correction of the cost moves no units.
    """

    class Kind(models.TextChoices):
        OPENING = "OPENING", _("Opening stock")
        RECEIPT = "RECEIPT", _("Goods received")
        HOLD = "HOLD", _("Ordered by a customer")
        RETURN = "RETURN", _("Returned from an order")
        WRITE_OFF = "WRITE_OFF", _("Written off")
        COUNT = "COUNT", _("Stock count difference")
        COST = "COST", _("Cost corrected")

    concession_item = models.ForeignKey(  # found by `movement_of_item`
        ConcessionItem, models.PROTECT, related_name="movements", verbose_name=_("bar item"), db_index=False
    )
    quantity = models.IntegerField(_("change"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    unit_cost = MoneyField(
        _("unit cost"),
        null=True,
        blank=True,
        help_text=_("What was paid, for goods received; otherwise the average at that moment."),
    )
    value = MoneyField(_("value"), null=True, blank=True, lowest=-MOST_VALUE, highest=MOST_VALUE)
    cost_assumed = models.BooleanField(
        _("cost assumed"),
        default=False,
        help_text=_("The cost of these goods was not entered, so they count at the average cost."),
    )
    at = models.DateTimeField(_("time"))
    preorder = models.ForeignKey(
        "concessions.ConcessionPreorder",
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
        indexes = [
            models.Index(fields=["concession_item", "at"], name="movement_of_item"),
            models.Index(fields=["at"], condition=Q(kind="WRITE_OFF"), name="write_off_at"),
        ]
        constraints = [
            between("quantity", -MOST_STOCK, MOST_STOCK, name="movement_bounded"),
            models.CheckConstraint(condition=~Q(quantity=0) | Q(kind="COST"), name="movement_moves_something"),
            between("unit_cost", name="movement_cost_bounded"),
            between("value", -MOST_VALUE, MOST_VALUE, name="movement_value_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity:+d} {self.concession_item}"


class ReorderSuggestion(models.Model):
    """How much of an item to order, and who ordered it; open until goods are received."""

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
