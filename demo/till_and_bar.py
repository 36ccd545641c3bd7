"""What the past of the chain has not: a portion made of ingredients, a combo, and gift cards sold at a till."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.models import User
from boxoffice.services import gift_cards, sales
from concessions.models import ConcessionItem, ItemPart
from concessions.services import receive
from payments.gift_cards import in_groups
from payments.models import CashPlace, Shift
from payments.services import count_and_close, open_shift, sell_gift_card, totals_of
from screenings.models import Cinema

Kind, Unit = ConcessionItem.Kind, ConcessionItem.Unit
#: Name, unit, how much is bought, and what a unit costs.
INGREDIENTS = [
    ("Зерно для попкорна", Unit.GRAM, 20_000, "0.30"),
    ("Сливочное масло", Unit.GRAM, 5_000, "0.90"),
    ("Стакан для попкорна", Unit.PIECE, 400, "6.00"),
]
PORTION, PORTION_PRICE, PORTION_PARTS = "Попкорн со сливочным маслом", "320", (80, 15, 1)
COMBO, COMBO_PRICE = "Комбо: попкорн и вода", "390"
PORTION_TEXTS = {"en": {"name": "Popcorn with butter"}, "de": {"name": "Popcorn mit Butter"}}
COMBO_TEXTS = {"en": {"name": "Combo: popcorn and water"}, "de": {"name": "Combo: Popcorn und Wasser"}}
WITHOUT_STOCK = {"made_to_order": True, "low_stock_percent": 0}
WATER = "Вода без газа"
FLOAT = Decimal(3000)
CARDS = [(1000, "cash"), (2000, "card_terminal"), (3000, "cash")]  # the first is spent in part, the last is unused


def add_recipe_and_combo(*, at: datetime) -> None:
    """In the first cinema, to be sold at its bar and its till from now on."""
    cinema, manager = _first_cinema()
    portion = _item(cinema, PORTION, kind=Kind.MADE, price=PORTION_PRICE, texts=PORTION_TEXTS, **WITHOUT_STOCK)
    for (name, unit, bought, cost), units in zip(INGREDIENTS, PORTION_PARTS, strict=True):
        ingredient = _item(cinema, name, kind=Kind.INGREDIENT, unit=unit, max_stock_quantity=bought)
        receive(ingredient, quantity=bought, unit_cost=Decimal(cost), at=at, actor=manager)
        ItemPart.objects.create(whole=portion, part=ingredient, units=units)
    combo = _item(cinema, COMBO, kind=Kind.COMBO, price=COMBO_PRICE, texts=COMBO_TEXTS, **WITHOUT_STOCK)
    for part in (portion, ConcessionItem.objects.get(cinema=cinema, name=WATER)):
        ItemPart.objects.create(whole=combo, part=part, units=1)


def add_gift_cards(*, at: datetime) -> str:
    """Cards sold in a shift that is counted already; returns the code of one that nobody has used yet."""
    cinema, cashier = _first_cinema()
    begun = at - timedelta(hours=1)
    drawer = CashPlace.objects.create(cinema=cinema, kind=CashPlace.Kind.DRAWER, name="Касса 1")
    shift = open_shift(drawer, opening_float=FLOAT, at=begun, actor=cashier)
    codes = []
    for amount, tender in CARDS:
        card, code = sell_gift_card(
            shift, amount=Decimal(amount), tender=tender, request=uuid.uuid4(), at=begun, actor=cashier
        )
        codes.append((card, code))
    _spend(codes[0][1], shift, at=begun, cashier=cashier)
    totals = totals_of(shift)
    count_and_close(shift, counted_cash=totals.expected_cash, counted_card=totals.expected_card, at=at, actor=cashier)
    return in_groups(codes[-1][1])


def _spend(code: str, shift: Shift, *, at: datetime, cashier: User) -> None:
    water = ConcessionItem.objects.get(cinema=shift.cinema_id, name=WATER)
    order = sales.hold_at_till(shift, places=[], snacks=[(water, 2)], at=at, actor=cashier)
    card = gift_cards.look_up(code, cinema=shift.cinema, at=at, actor=cashier)
    gift_cards.pay_with_gift_card(order, card=card, shift=shift, at=at, actor=cashier)


def _first_cinema() -> tuple[Cinema, User]:
    cinema = Cinema.objects.order_by("pk")[0]
    return cinema, User.objects.filter(cinemas=cinema, is_staff=True).order_by("pk")[0]


def _item(cinema: Cinema, name: str, *, price: str = "0", **fields: object) -> ConcessionItem:
    item: ConcessionItem = ConcessionItem.objects.create(cinema=cinema, name=name, price=Decimal(price), **fields)
    return item
