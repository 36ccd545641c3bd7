"""Eight tills, four doors and the shop work on one screening until it is sold out, while tills are killed at random.

Whoever comes back to a killed till finds its unfinished sales, and finishes or undoes them. At the end no seat is sold
twice, cash, stock, gift cards and points are exact, and each guest was admitted once. Negative control: without the
unique index of live tickets, seats are sold twice.
"""

import os
import signal
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connections
from django.db.models import Sum

from accounts.models import Device
from accounts.services.customer_codes import customer_code
from bonuses.models import BonusAccount
from bonuses.services import points_spent
from boxoffice.services import door, gift_cards, sales
from cinema.status import Refused
from concessions.models import ConcessionItem, ConcessionPreorder
from orders.models import Order, Scan, Ticket
from orders.services import hold, left_to_pay, mark_paid
from orders.services.visits.ticket_codes import code_of
from payments.models import CashPlace, Gateway, GiftCard, Payment, Refund, Shift
from screenings.models import Seat, Session, TicketType
from tests.helpers.box_office import a_device
from tests.helpers.cash import a_gift_card, a_shift
from tests.helpers.factories import a_customer, a_hall, a_session, an_item, free_seats
from tests.reliability.live_tickets import without_the_index
from tests.reliability.run_job import invariant_violations, run
from tests.reliability.scenario import AT, MINUTE

pytestmark = [pytest.mark.postgres, pytest.mark.proofs, pytest.mark.usefixtures("empty_database")]

TILLS, DOORS, BUYERS, CARDS = 8, 4, 2, 6
ROWS, SEATS_A_ROW = 8, 12
POPCORN = 50  # less than is asked for
KILLS, STEPS_BETWEEN = 10, 5
WHOLE = Decimal(1000)  # of a new gift card
FLOAT = Decimal(500)
ENDED = 0x80


def test_nothing_is_sold_twice_and_no_kopeck_lost_until_the_house_is_full() -> None:
    session = an_evening()

    kills = rage(kills=KILLS)
    clear_up()

    tickets = Ticket.objects.live().filter(session=session)
    assert kills >= KILLS // 2  # of tills that still had work to do
    assert sorted(tickets.values_list("seat", flat=True)) == sorted(Seat.objects.values_list("pk", flat=True))
    assert {ticket.status for ticket in tickets} <= {Ticket.Status.PAID, Ticket.Status.USED}
    assert list(sales.unfinished_sales(session.hall.cinema)) == []
    assert {left_to_pay(each) for each in Order.objects.filter(status__in=Order.SOLD)} == {0}
    assert cash_in_drawers() == cash_by_payments()
    popcorn = ConcessionItem.objects.get()
    kept = ConcessionPreorder.objects.exclude(status=ConcessionPreorder.Status.CANCELLED)
    assert popcorn.stock_quantity == POPCORN - total(kept, "quantity")
    assert total(GiftCard.objects, "balance") == CARDS * WHOLE - paid_by(Gateway.GIFT_CARD)
    spent = sum(points_spent(key) for key in Order.objects.filter(status__in=Order.SOLD).values_list("pk", flat=True))
    assert total(BonusAccount.objects, "balance") == BUYERS * 100 - spent
    admitted = Scan.objects.filter(undone=False)
    assert sorted(admitted.values_list("ticket", flat=True)) == sorted(
        Ticket.objects.filter(status=Ticket.Status.USED).values_list("pk", flat=True)
    )
    assert invariant_violations() == []


def test_without_the_unique_index_seats_are_sold_twice() -> None:
    session = an_evening()

    with without_the_index():
        rage(kills=0, doors=0)
        tickets = Ticket.objects.live().filter(session=session).values_list("seat", flat=True)
        sold, seats = len(tickets), len(set(tickets))

    assert sold > seats


# --- The evening


def an_evening() -> Session:
    """A screening that admits, shifts at the tills, devices at the doors, gift cards, and guests with points."""
    hall = a_hall(rows=["s" * SEATS_A_ROW] * ROWS)
    an_item(hall.cinema, stock=POPCORN, max_stock_quantity=POPCORN)
    for _till in range(TILLS):
        shift = a_shift(hall.cinema, opening_float=FLOAT, at=AT - MINUTE)
    for _card in range(CARDS):
        a_gift_card(shift, at=AT)
    for number in range(DOORS):
        a_device(hall.cinema, name=f"Door {number}")
    for _buyer in range(BUYERS):
        a_customer(points=100, at=AT - MINUTE)
    return a_session(hall, start=AT + 10 * MINUTE)


def places_of(session: Session, chance: Random) -> list[tuple[Session, Seat, TicketType]]:
    """One or two of the first free seats: all tills want the same ones. Empty when the house is full."""
    free = free_seats(session)[:6]
    adult = TicketType.objects.earliest("pk")
    return [(session, seat, adult) for seat in chance.sample(free, min(len(free), chance.randint(1, 2)))]


def sell(number: int, chance: Random, step: Callable[[], None]) -> None:
    """The work of a till: first what a crash left there, then sales in every way, until no seat is free."""
    shift = shifts()[number]
    session = Session.objects.select_related("hall__cinema", "film").get()
    for order in sales.unfinished_sales(shift.cinema):
        if order.events.order_by("pk")[0].actor_id == shift.cashier_id:
            finish(order, shift, chance)
    while places := places_of(session, chance):
        step()
        with suppress(Refused):
            one_sale(places, shift, chance)


def one_sale(places: Any, shift: Shift, chance: Random) -> None:
    work: dict[str, Any] = {"at": AT, "actor": shift.cashier}
    popcorn = ConcessionItem.objects.get()
    snacks = [(popcorn, chance.randint(1, 3))] if chance.random() < 0.6 else []
    way = chance.choice(["cash", "card", "split", "gift card", "given up"])
    if way == "cash":
        guest = chance.choice(BonusAccount.objects.select_related("user")).user
        code = customer_code(guest, at=AT)
        sales.sell_for_cash(shift, given=None, places=places, snacks=snacks, customer_code=code, **work)
        return
    order = sales.hold_at_till(shift, places=places, snacks=snacks, **work)
    if way == "given up":
        sales.pay_cash(order, shift=shift, given=None, amount=Decimal(10), **work)
        sales.undo(order, shift=shift, **work)
        return
    if way == "split":
        sales.pay_cash(order, shift=shift, given=None, amount=Decimal(100), **work)
    if way == "gift card":
        with suppress(Refused):  # it is empty, or lacks the rest
            card = chance.choice(GiftCard.objects.all())
            gift_cards.pay_with_gift_card(order, card=card, shift=shift, **work)
    finish(order, shift, chance)


def finish(order: Order, shift: Shift, chance: Random) -> None:
    """Take what is left by card, or undo the sale."""
    order.refresh_from_db()
    work: dict[str, Any] = {"at": AT, "actor": shift.cashier}
    with suppress(Refused):
        if chance.random() < 0.3:
            sales.undo(order, shift=shift, **work)
        elif order.status in Order.UNPAID:
            sales.card_approved(order, shift=shift, amount=left_to_pay(order), **work)


def buy(number: int, chance: Random, step: Callable[[], None]) -> None:
    """The shop: guests with an account, who spend points."""
    session = Session.objects.select_related("hall__cinema", "film").get()
    guest = BonusAccount.objects.select_related("user").order_by("pk")[number].user
    while places := places_of(session, chance):
        step()
        points = chance.choice([0, 10])
        with suppress(Refused):
            order = hold(cinema=session.hall.cinema, tickets=places, user=guest, points=points, at=AT)
            money = {"amount": order.final_amount, "external_id": f"charge {order.pk}"}
            mark_paid(order, gateway=Gateway.DEMO, at=AT, **money)


def admit(number: int, chance: Random, step: Callable[[], None]) -> None:
    """A door: scans tickets that others may be scanning too, until the house is full."""
    device = Device.objects.order_by("pk")[number]
    usher = Shift.objects.order_by("pk")[number].cashier
    session = Session.objects.get()
    while free_seats(session):
        waiting = Ticket.objects.filter(status=Ticket.Status.PAID).select_related("order").order_by("pk")[:8]
        for ticket in chance.sample(list(waiting), min(len(waiting), 4)):
            step()
            door.scan(code_of(ticket), device=device, actor=usher, at=AT)


def clear_up() -> None:
    """Somebody finishes what the last killed tills left, sells the seats that are free again, and the jobs run."""
    shift, chance = shifts()[0], Random(0)
    for order in sales.unfinished_sales(shift.cinema):
        finish(order, shift, chance)
    sell(0, chance, lambda: None)
    run("execute_refunds", at=AT)


def shifts() -> list[Shift]:
    return list(Shift.objects.select_related("cinema", "drawer", "cashier").order_by("pk"))


# --- The books


def total(rows: Any, field: str) -> Any:
    return rows.aggregate(sum=Sum(field))["sum"] or 0


def paid_by(gateway: str) -> Decimal:
    """What payments took in this way, less what went back."""
    paid = Payment.objects.filter(gateway=gateway, status=Payment.Status.SUCCEEDED)
    back = Refund.objects.filter(payment__gateway=gateway, status=Refund.Status.SUCCEEDED)
    return Decimal(total(paid, "amount") - total(back, "amount"))


def cash_in_drawers() -> Decimal:
    return Decimal(total(CashPlace.objects.filter(kind=CashPlace.Kind.DRAWER), "cash"))


def cash_by_payments() -> Decimal:
    """The floats, the gift cards that were sold for cash, and what payments say."""
    return TILLS * FLOAT + CARDS * WHOLE + paid_by(Gateway.CASH)


# --- The storm


def rage(*, kills: int, doors: int = DOORS) -> int:
    """Run tills, doors and the shop at the same time until all have ended; returns how many tills were killed.

    Each child says its number before each step, and with a higher bit that it has ended. After so many steps the parent
    kills a till, wherever that is, and starts it again under a new number: what the killed one said is still unread.
    """
    tasks = [
        *((sell, n) for n in range(TILLS)),
        *((admit, n) for n in range(doors)),
        *((buy, n) for n in range(BUYERS)),
    ]
    connections.close_all()  # nobody may share a connection with a child
    read, write = os.pipe()
    children = [_start(*task, number=number, write=write) for number, task in enumerate(tasks)]
    tills, running = list(range(TILLS)), set(range(len(tasks)))  # the numbers of the children
    steps, killed, failed, chance = 0, 0, list[int](), Random(1)
    while running:
        said = os.read(read, 1)[0]
        if said & ENDED:
            running.discard(said - ENDED)
            continue
        steps += 1
        working = [till for till, number in enumerate(tills) if number in running]
        if killed < kills and steps % STEPS_BETWEEN == 0 and working:
            till = chance.choice(working)
            victim = tills[till]
            os.kill(children[victim], signal.SIGKILL)
            status = os.waitpid(children[victim], 0)[1]
            children[victim] = 0
            running.remove(victim)
            if os.WIFSIGNALED(status):
                killed += 1
                tills[till] = len(children)
                running.add(tills[till])
                children.append(_start(sell, till, number=tills[till], write=write))
            elif status:
                failed.append(victim)
    os.close(read)
    os.close(write)
    failed += [number for number, child in enumerate(children) if child and os.waitpid(child, 0)[1]]
    assert failed == []
    return killed


def _start(task: Callable[..., None], place: int, *, number: int, write: int) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # fork with threads: pytest-xdist's, unused by the child
        child = os.fork()
    if child:
        return child
    status = 0
    try:
        task(place, Random(number), lambda: os.write(write, bytes([number])))
    except BaseException as error:
        print(f"{task.__name__} {place} failed: {error!r}", file=sys.stderr, flush=True)
        status = 1
    finally:
        os.write(write, bytes([number + ENDED]))
        os._exit(status)  # a child that returned would go on with the test run
