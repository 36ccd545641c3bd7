"""How fast the box office works with years of orders behind it: a sale for cash, a scan, and two doors at once."""

import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db import connections

from accounts.models import Device, User
from boxoffice.services import door, sales
from concessions.models import ConcessionItem
from orders.models import Ticket
from orders.services.visits.ticket_codes import code_of
from payments.models import Shift
from screenings.models import Session
from tests.bench.measuring import counted
from tests.bench.world import analyse
from tests.helpers import factories
from tests.helpers.box_office import a_device
from tests.helpers.cash import a_shift

DOORS = 2
ROWS, SEATS_A_ROW = 15, 20
SALES, SCANS = 40, 60  # of two tickets each; of one ticket


@dataclass(frozen=True)
class Took:
    """How long each took, in seconds, and the queries of the last one."""

    seconds: list[float]
    queries: int

    def __str__(self) -> str:
        """On a busy machine the best one says more than the median."""
        return f"{self.milliseconds:.1f} ms (best {min(self.seconds) * 1000:.1f}), {self.queries} queries"

    @property
    def milliseconds(self) -> float:
        return median(self.seconds) * 1000

    def is_within(self, milliseconds: float, queries: int) -> bool:
        return self.milliseconds <= milliseconds and self.queries <= queries


def rows(at: datetime) -> Iterator[tuple[str, str, str, bool]]:
    """The rows of the till and of the door: what, measured, goal, met."""
    session, item, shift = _evening(at)
    sale = _sales(session, item, shift, at)
    yield "till: two tickets and popcorn for cash", str(sale), "40 ms, 15", sale.is_within(40, 15)
    device = a_device(session.hall.cinema)
    codes = [code_of(each) for each in Ticket.objects.filter(session=session).select_related("order").order_by("pk")]
    scan = _scans(codes[:SCANS], device, shift.cashier, at)
    yield "door: a scan", str(scan), "15 ms, 6", scan.is_within(15, 6)
    rate = _two_doors(codes[SCANS : 2 * SALES], device, shift.cashier, at)
    yield f"door: {DOORS} doors", f"{rate:.0f} scans/s", "20 scans/s", rate >= 20


def _evening(at: datetime) -> tuple[Session, ConcessionItem, Shift]:
    cinema = factories.a_cinema()
    hall = factories.a_hall(cinema, rows=["s" * SEATS_A_ROW] * ROWS)
    session = factories.a_session(hall, start=at + timedelta(minutes=10))
    item, shift = factories.an_item(cinema, stock=1000, max_stock_quantity=1000), a_shift(cinema, at=at)
    analyse()
    return Session.objects.select_related("hall__cinema", "film").get(pk=session.pk), item, shift


def _sales(session: Session, item: ConcessionItem, shift: Shift, at: datetime) -> Took:
    seats, adult, took = factories.free_seats(session), factories.an_adult(), []
    for number in range(SALES):
        places = [(session, seat, adult) for seat in seats[2 * number : 2 * number + 2]]
        begun = time.perf_counter()
        with counted() as statements:
            sales.sell_for_cash(
                shift, given=None, places=places, snacks=[(item, 1)], language="en", at=at, actor=shift.cashier
            )
        took.append(time.perf_counter() - begun)
    return Took(took, len(statements))


def _scans(codes: list[str], device: Device, usher: User, at: datetime) -> Took:
    took: list[float] = []
    for code in codes:
        begun = time.perf_counter()
        with counted() as statements:
            verdict = door.scan(code, device=device, actor=usher, at=at)
        took.append(time.perf_counter() - begun)
        if verdict.colour == "red":
            raise AssertionError(verdict.word)
    return Took(took, len(statements))


def _two_doors(codes: list[str], device: Device, usher: User, at: datetime) -> float:
    """Scans a second of two processes at once, each with its own connection."""
    connections.close_all()  # nobody may share a connection with a child
    context = multiprocessing.get_context("fork")
    start = context.Barrier(DOORS + 1)
    doors = [
        context.Process(target=_admit, args=(codes[number::DOORS], device, usher, at, start)) for number in range(DOORS)
    ]
    for each in doors:
        each.start()
    start.wait(timeout=60)
    begun = time.perf_counter()
    for each in doors:
        each.join()
    seconds = time.perf_counter() - begun
    if any(each.exitcode for each in doors):
        raise AssertionError("a door failed")
    return len(codes) / seconds


def _admit(codes: list[str], device: Device, usher: User, at: datetime, start: object) -> None:
    Device.objects.get(pk=device.pk)  # the connection is open
    start.wait(timeout=60)  # type: ignore[attr-defined]
    for code in codes:
        if door.scan(code, device=device, actor=usher, at=at).colour == "red":
            raise AssertionError("not admitted")
    connections.close_all()
