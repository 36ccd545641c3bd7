"""Movements of stock in the past year: what orders took and gave back, deliveries, spoiled goods and counts."""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from cinema.money import rounded
from concessions.models import ConcessionItem, ConcessionPreorder, StockMovement
from concessions.services.costs import ValuedStock
from demo import sample_data
from demo.chain import Chain, Venue
from demo.past.sales import PastSale

Kind = StockMovement.Kind
DELIVERIES = timedelta(days=7)
COUNTS = timedelta(days=28)
RISE = Decimal("0.12")  # of costs over the year


class PastStock:
    """Keeps the stock of each item while sales take from it in the order of their instants."""

    def __init__(self, chain: Chain, rng: random.Random, *, since: datetime, until: datetime) -> None:
        self.rng, self.since, self.until = rng, since, until
        self.items: dict[int, tuple[ConcessionItem, Venue, ValuedStock]] = {}
        for venue in chain.venues.values():
            for item in venue.bar:
                item.refresh_from_db()
                self.items[item.pk] = item, venue, ValuedStock.of(item)

    def move(self, sales: Iterable[PastSale]) -> tuple[list[StockMovement], list[StockMovement]]:
        """The unsaved movements: those that stand by themselves, and those that reverse one. Saves the stock."""
        others: list[StockMovement] = []
        returns: list[StockMovement] = []
        holds: dict[int, StockMovement] = {}
        for at, preorder in _in_order(sales, self._care()):
            if preorder is None:
                others += self._deliver(at)
            elif id(preorder) in holds:
                returns.append(self._give_back(holds.pop(id(preorder)), at))
            else:
                item, venue, stock = self.items[preorder.concession_item_id]
                if stock.quantity < preorder.quantity + 10:
                    others.append(self._fill(item, venue, stock, at))
                hold = self._movement(item, stock, Kind.HOLD, -preorder.quantity, at, preorder=preorder)
                holds[id(preorder)] = hold
                others.append(hold)
        others += self._deliver(self.until, sold_out=False)
        ConcessionItem.objects.bulk_update(
            self._after(), ["stock_quantity", "stock_value", "average_cost", "low_since"]
        )
        return others, returns

    def _care(self) -> Iterator[datetime]:
        at = self.since + timedelta(hours=9)
        while at < self.until:
            yield at
            at += DELIVERIES

    def _deliver(self, at: datetime, *, sold_out: bool = True) -> Iterator[StockMovement]:
        """A delivery of what sells; now and then something is spoiled, and every four weeks the shelf is counted."""
        weeks = (at - self.since).days // 7
        for number, (item, venue, stock) in enumerate(self.items.values()):
            if sold_out and self.rng.random() < 0.06:
                yield self._movement(
                    item, stock, Kind.WRITE_OFF, -self.rng.randint(1, 6), at,
                    reason=self.rng.choice(["Истёк срок годности", "Разлили", "Повреждена упаковка"]),
                    actor=venue.manager,
                )  # fmt: skip
            # Bars of chocolate get lost more often than anything else.
            lost = self.rng.randint(3, 11) if item.name == sample_data.STOLEN else self.rng.choice([0, 0, 1, 2])
            if sold_out and weeks % 4 == 3 and lost:
                yield self._movement(
                    item, stock, Kind.COUNT, -lost, at + timedelta(minutes=number), reason="Инвентаризация",
                    actor=venue.manager,
                )  # fmt: skip
            if stock.quantity < item.max_stock_quantity * 0.6 or not sold_out:
                yield self._fill(item, venue, stock, at + timedelta(hours=1))

    def _fill(self, item: ConcessionItem, venue: Venue, stock: ValuedStock, at: datetime) -> StockMovement:
        year = Decimal((at - self.since).days) / 365
        cost = rounded(item.price * sample_data.COST_SHARE * (1 - RISE + RISE * year))
        missing = max(item.max_stock_quantity - stock.quantity, 1)
        movement = StockMovement(concession_item=item, quantity=missing, kind=Kind.RECEIPT, at=at, actor=venue.manager)
        movement.unit_cost, movement.value, movement.cost_assumed = stock.put(missing, unit_cost=cost)
        return movement

    def _movement(
        self, item: ConcessionItem, stock: ValuedStock, kind: str, quantity: int, at: datetime, **facts: object
    ) -> StockMovement:
        return StockMovement(
            concession_item=item, quantity=quantity, kind=kind, at=at, **stock.take(-quantity)._asdict(), **facts
        )

    def _give_back(self, hold: StockMovement, at: datetime) -> StockMovement:
        _item, _venue, stock = self.items[hold.concession_item_id]
        assert hold.value is not None
        stock.put(-hold.quantity, value=-hold.value)
        return StockMovement(
            concession_item=hold.concession_item,
            quantity=-hold.quantity,
            kind=Kind.RETURN,
            at=at,
            preorder=hold.preorder,
            reverses=hold,
            unit_cost=hold.unit_cost,
            value=-hold.value,
        )

    def _after(self) -> Iterator[ConcessionItem]:
        for item, _venue, stock in self.items.values():
            item.stock_quantity, item.stock_value, item.average_cost = stock.quantity, stock.value, stock.average
            item.low_since = None
            yield item


def _in_order(sales: Iterable[PastSale], care: Iterable[datetime]) -> list[tuple[datetime, ConcessionPreorder | None]]:
    """When snacks leave the stock and come back, and when staff see to it (without a preorder)."""
    events: list[tuple[datetime, ConcessionPreorder | None]] = [(at, None) for at in care]
    for sale in sales:
        events += [(sale.held_at, preorder) for preorder in sale.preorders]
        if sale.back_at is not None:
            events += [(sale.back_at, preorder) for preorder in sale.preorders]
    return sorted(events, key=lambda event: event[0])
