"""The figures of closed days. `reports.definitions` says what each measure means.

Every table works in the same way. A row belongs to the day on which it was booked (`day`) and names the date that it is
about (`about`). A day's own figures have `about` equal to the date of the day. What happens later, such as the refund
of a ticket for last week, or was recorded late, is a row of the day on which it happened, about the earlier date. Rows
never change, so a closed day never changes, and the sum of the rows about a date is what is known about it now.
"""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from bonuses.models import BonusTransaction
from cinema.money import MAX_AMOUNT, MoneyField
from concessions.models import StockMovement
from orders.models import Order
from payments.models import CashMovement, Gateway, GiftCardMovement, Receipt, Subject, Vat
from reports.models.business_days import BusinessDay
from screenings.models import SeatKind


def money(label: Any) -> MoneyField:
    """A sum of money of either sign: a row about an earlier date takes away what is no longer true."""
    return MoneyField(label, default=0, lowest=-MAX_AMOUNT * 1000, highest=MAX_AMOUNT * 1000)


def count(label: Any) -> models.IntegerField:
    return models.IntegerField(label, default=0)


class Figures(models.Model):
    """What all tables of figures have in common."""

    KEY: ClassVar[tuple[str, ...]]  # the columns that tell one row about a date from another
    MEASURES: ClassVar[tuple[str, ...]]  # the columns that are added up

    # Each table has an index on the day, and one that begins with the cinema.
    day = models.ForeignKey(
        BusinessDay, models.PROTECT, db_index=False, related_name="+", verbose_name=_("business day")
    )
    cinema = models.ForeignKey(
        "screenings.Cinema", models.PROTECT, db_index=False, related_name="+", verbose_name=_("cinema")
    )
    about = models.DateField(_("about the date"))

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class OfTickets(Figures):
    MEASURES = (
        *("sold", "refunded", "comps", "used", "no_shows"),
        *("gross", "discount", "points", "refunded_value", "refunded_money", "vat"),
    )

    sold = count(_("tickets sold"))
    refunded = count(_("tickets refunded"))
    comps = count(_("free tickets"))
    used = count(_("guests admitted"))
    no_shows = count(_("no-shows"))
    gross = money(_("gross"))
    discount = money(_("discount"))
    points = money(_("paid with points"))
    refunded_value = money(_("value of refunded tickets"))
    refunded_money = money(_("refunds"))
    vat = money(_("VAT"))

    class Meta(Figures.Meta):
        abstract = True


class TicketFigures(OfTickets):
    """Tickets by line. `about` is the business date on which the screening starts, whenever the ticket was sold."""

    KEY = ("session_id", "film_id", "hall_id", "ticket_type_id", "seat_kind", "channel", "promocode_id")

    session = models.ForeignKey("screenings.Session", models.PROTECT, related_name="+", verbose_name=_("screening"))
    film = models.ForeignKey(
        "screenings.Film", models.PROTECT, db_index=False, related_name="+", verbose_name=_("film")
    )
    hall = models.ForeignKey("screenings.Hall", models.PROTECT, related_name="+", verbose_name=_("hall"))
    ticket_type = models.ForeignKey(
        "screenings.TicketType", models.PROTECT, related_name="+", verbose_name=_("ticket type")
    )
    seat_kind = models.CharField(_("seat kind"), max_length=16, choices=SeatKind)
    channel = models.CharField(_("channel"), max_length=16, choices=Order.Channel)
    promocode = models.ForeignKey(
        "orders.Promocode", models.PROTECT, null=True, related_name="+", verbose_name=_("promo code")
    )

    class Meta(Figures.Meta):
        verbose_name = _("ticket figures")
        verbose_name_plural = _("ticket figures")
        indexes = [
            models.Index(fields=["cinema", "about"], name="tickets_about"),
            models.Index(fields=["film", "about"], name="tickets_of_film"),
            models.Index(fields=["day"], name="tickets_of_day"),
        ]


class OfBar(Figures):
    MEASURES = (
        *("sold", "refunded", "uncollected"),
        *("gross", "discount", "points", "refunded_value", "refunded_money", "vat", "cost", "uncosted"),
    )

    sold = count(_("units sold"))
    refunded = count(_("units refunded"))
    uncollected = count(_("units not collected"))
    gross = money(_("gross"))
    discount = money(_("discount"))
    points = money(_("paid with points"))
    refunded_value = money(_("value of refunded items"))
    refunded_money = money(_("refunds"))
    vat = money(_("VAT"))
    cost = money(_("cost"))
    uncosted = count(_("units whose cost is not known"))

    class Meta(Figures.Meta):
        abstract = True


class BarFigures(OfBar):
    """Bar items by line. `about` is the business date of the order's first screening, or that of its payment if the
    order has no tickets.
    """

    KEY = ("item_id", "channel", "promocode_id")

    item = models.ForeignKey(
        "concessions.ConcessionItem", models.PROTECT, db_index=False, related_name="+", verbose_name=_("bar item")
    )
    channel = models.CharField(_("channel"), max_length=16, choices=Order.Channel)
    promocode = models.ForeignKey(
        "orders.Promocode", models.PROTECT, null=True, related_name="+", verbose_name=_("promo code")
    )

    class Meta(Figures.Meta):
        verbose_name = _("bar figures")
        verbose_name_plural = _("bar figures")
        indexes = [
            models.Index(fields=["cinema", "about"], name="bar_about"),
            models.Index(fields=["item", "about"], name="bar_of_item"),
            models.Index(fields=["day"], name="bar_of_day"),
        ]


class Tender(models.TextChoices):
    """How money came or went back: the payment methods, points, and refunds that staff paid out in another way."""

    CASH = Gateway.CASH.value, Gateway.CASH.label
    CARD_TERMINAL = Gateway.CARD_TERMINAL.value, Gateway.CARD_TERMINAL.label
    DEMO = Gateway.DEMO.value, Gateway.DEMO.label
    STRIPE = Gateway.STRIPE.value, Gateway.STRIPE.label
    YOOKASSA = Gateway.YOOKASSA.value, Gateway.YOOKASSA.label
    ACCOUNT = Gateway.ACCOUNT.value, Gateway.ACCOUNT.label
    GIFT_CARD = Gateway.GIFT_CARD.value, Gateway.GIFT_CARD.label
    BANK_TRANSFER = Gateway.BANK_TRANSFER.value, Gateway.BANK_TRANSFER.label
    POINTS = "points", _("Points")
    BY_HAND = "by_hand", _("Paid out by staff")


class MoneyFigures(Figures):
    """Money by tender. `about` is the business date on which it was received, or on which a refund was made."""

    KEY = ("tender", "channel")
    MEASURES = ("payments", "received", "refunds", "refunded", "payouts", "paid_back")

    tender = models.CharField(_("payment method"), max_length=16, choices=Tender)
    channel = models.CharField(_("channel"), max_length=16, choices=Order.Channel)
    payments = count(_("payments"))
    received = money(_("received"))
    refunds = count(_("refunds"))
    refunded = money(_("refunded"))
    payouts = count(_("refunds paid back"))
    paid_back = money(_("paid back"))

    class Meta(Figures.Meta):
        verbose_name = _("money figures")
        verbose_name_plural = _("money figures")
        indexes = [
            models.Index(fields=["cinema", "about"], name="money_about"),
            models.Index(fields=["day"], name="money_of_day"),
        ]


class OrderFigures(Figures):
    """Orders by what they contain, as bought. `about` is the business date of their payment."""

    KEY = ("channel",)
    MEASURES = ("orders", "with_tickets", "with_bar", "with_both")

    channel = models.CharField(_("channel"), max_length=16, choices=Order.Channel)
    orders = count(_("orders"))
    with_tickets = count(_("orders with tickets"))
    with_bar = count(_("orders with bar items"))
    with_both = count(_("orders with tickets and bar items"))

    class Meta(Figures.Meta):
        verbose_name = _("order figures")
        verbose_name_plural = _("order figures")
        indexes = [
            models.Index(fields=["cinema", "about"], name="orders_about"),
            models.Index(fields=["day"], name="orders_of_day"),
        ]


class PointsFigures(Figures):
    """Points of customers that came or went with the orders of a cinema. `about` is their business date."""

    KEY = ("kind",)
    MEASURES = ("points",)

    kind = models.CharField(_("type"), max_length=16, choices=BonusTransaction.Type)
    points = models.BigIntegerField(_("points"), default=0)

    class Meta(Figures.Meta):
        verbose_name = _("points figures")
        verbose_name_plural = _("points figures")
        indexes = [
            models.Index(fields=["cinema", "about"], name="points_about"),
            models.Index(fields=["day"], name="points_of_day"),
        ]


class StockFigures(Figures):
    """Movements of stock. `about` is the business date of the movement."""

    KEY = ("item_id", "kind")
    MEASURES = ("units", "value", "uncosted")

    item = models.ForeignKey(
        "concessions.ConcessionItem", models.PROTECT, db_index=False, related_name="+", verbose_name=_("bar item")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=StockMovement.Kind)
    units = models.BigIntegerField(_("units"), default=0)
    value = money(_("value"))
    uncosted = models.BigIntegerField(_("units whose cost is not known"), default=0)

    class Meta(Figures.Meta):
        verbose_name = _("stock figures")
        verbose_name_plural = _("stock figures")
        indexes = [
            models.Index(fields=["cinema", "about"], name="stock_about"),
            models.Index(fields=["item", "about"], name="stock_of_item"),
            models.Index(fields=["day"], name="stock_of_day"),
        ]


class CashFigures(Figures):
    """Cash that moved in and out of drawers, safe, change fund and bank. `about` is the business date of the movement;
    what a count found over or short is about the date on which the shift was opened.
    """

    KEY = ("place_id", "kind")
    MEASURES = ("amount",)

    place = models.ForeignKey("payments.CashPlace", models.PROTECT, related_name="+", verbose_name=_("place"))
    kind = models.CharField(_("kind"), max_length=16, choices=CashMovement.Kind)
    amount = money(_("amount"))

    class Meta(Figures.Meta):
        verbose_name = _("cash figures")
        verbose_name_plural = _("cash figures")
        indexes = [
            models.Index(fields=["cinema", "about"], name="cash_about"),
            models.Index(fields=["day"], name="cash_of_day"),
        ]


#: Movements of gift cards by which money came into the house, or left it.
GIFT_CARDS_SOLD = (GiftCardMovement.Kind.SOLD, GiftCardMovement.Kind.TAKEN_BACK)


class GiftCardFigures(Figures):
    """Money that came onto gift cards and left them, by the cinema that sold the card. `about` is the business date."""

    KEY = ("kind",)
    MEASURES = ("amount",)

    kind = models.CharField(_("kind"), max_length=16, choices=GiftCardMovement.Kind)
    amount = money(_("amount"))

    class Meta(Figures.Meta):
        verbose_name = _("gift card figures")
        verbose_name_plural = _("gift card figures")
        indexes = [
            models.Index(fields=["cinema", "about"], name="gift_cards_about"),
            models.Index(fields=["day"], name="gift_cards_of_day"),
        ]


class ReceiptFigures(Figures):
    """Lines of fiscal receipts by rate. `date` is the calendar date of the receipt in `RECEIPT_ZONE`, by which tax is
    reported; `about` is its business date.
    """

    KEY = ("date", "kind", "subject", "vat_rate")
    MEASURES = ("lines", "amount", "vat")

    date = models.DateField(_("date of the receipt"))
    kind = models.CharField(_("kind"), max_length=16, choices=Receipt.Kind)
    subject = models.CharField(_("item type"), max_length=16, choices=Subject)
    vat_rate = models.CharField(_("rate"), max_length=8, choices=Vat)
    lines = count(_("receipt lines"))
    amount = money(_("amount"))
    vat = money(_("VAT"))

    class Meta(Figures.Meta):
        verbose_name = _("receipt figures")
        verbose_name_plural = _("receipt figures")
        indexes = [
            models.Index(fields=["cinema", "date"], name="receipts_of_date"),
            models.Index(fields=["cinema", "about"], name="receipts_about"),
            models.Index(fields=["day"], name="receipts_of_day"),
        ]
