"""How fast the shop sells: sixteen buyers in one hall until it is sold out, one hold, and the pages before it."""

import multiprocessing
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median, quantiles
from typing import Any

from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from orders.errors import SeatTaken
from orders.models import Ticket
from orders.services import hold
from screenings.models import Cinema, Film, Hall, Seat, Session
from tests.bench import sql_hold
from tests.bench.measuring import Pairs, alternate, contents, counted, difference
from tests.bench.pages import Page
from tests.helpers import factories

BUYERS = 16
ROWS, SEATS_A_ROW = 15, 20
WORDS = ("Midnight", "Orchestra", "Lighthouse", "Airship", "Memory", "Mountain", "Harbour")


def open_house(at: datetime, *, sessions: int) -> Session:
    """A hall of 300 seats with one session on sale, and a week of others in other halls to fill the programme."""
    factories.an_adult()
    cinema = factories.a_cinema()
    session = factories.a_session(
        factories.a_hall(cinema, rows=["s" * SEATS_A_ROW] * ROWS), start=at + timedelta(hours=5)
    )
    halls = [factories.a_hall(cinema, rows=["ss"]) for _hall in range(5)]
    for number in range(sessions):
        day, showing = divmod(number, len(halls) * 7)
        start = at + timedelta(days=day, hours=1 + 3 * (showing // len(halls)))
        factories.a_session(halls[showing % len(halls)], start=start, minutes=90 + number % 12)  # twelve films
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return session


# --- Sold out


@dataclass(frozen=True)
class Sale:
    """What sixteen buyers came to: seats, seconds, how long holds took (milliseconds), and how many were too late."""

    seats: int
    seconds: float
    holds: list[float]
    conflicts: int

    @property
    def rate(self) -> float:
        return self.seats / self.seconds

    def __str__(self) -> str:
        p95 = quantiles(self.holds, n=20)[-1]
        return f"{self.rate:.0f} seats/s, p50 {median(self.holds):.0f}, p95 {p95:.0f} ms, {self.conflicts} too late"


def sell_out(session: Session, at: datetime) -> Sale:
    """Sixteen processes, each of which has sold before, buy two neighbours each, again and again, until the hall is
    full."""
    matinee = factories.a_session(session.hall, start=session.start_datetime + timedelta(days=9))
    connections.close_all()  # nobody may share a connection with a child
    context = multiprocessing.get_context("fork")
    start, found = context.Barrier(BUYERS + 1), context.Queue()
    buyers = [
        context.Process(target=_buy, args=(session.pk, matinee.pk, at, number, start, found))
        for number in range(BUYERS)
    ]
    for buyer in buyers:
        buyer.start()
    start.wait(timeout=60)  # a process that failed earlier keeps no other waiting
    begun = time.perf_counter()
    answers = [found.get(timeout=300) for _buyer in buyers]
    seconds = time.perf_counter() - begun
    for buyer in buyers:
        buyer.join()
    sold = Ticket.objects.live().filter(session=session)
    seats = set(sold.values_list("seat", flat=True))
    if len(seats) != sold.count():
        raise AssertionError("a seat was sold twice")
    if len(seats) != ROWS * SEATS_A_ROW:
        raise AssertionError(f"{len(seats)} of {ROWS * SEATS_A_ROW} seats were sold")
    return Sale(
        len(seats), seconds, [each for holds, _late in answers for each in holds], sum(late for _, late in answers)
    )


def _buy(key: int, before: int, at: datetime, number: int, start: Any, found: Any) -> None:
    chance = random.Random(number)
    session, matinee = (Session.objects.select_related("hall__cinema", "film").get(pk=each) for each in (key, before))
    adult = factories.an_adult()
    holds, late = [], 0
    places = _neighbours(session)

    def hold_two(showing: Session, pair: tuple[Seat, Seat]) -> None:
        tickets = [(showing, seat, adult) for seat in pair]
        hold(cinema=showing.hall.cinema, tickets=tickets, email=f"buyer{number}@example.org", at=at)

    hold_two(matinee, places[number])  # a shop that is open has warm connections
    start.wait(timeout=60)  # a process that failed earlier keeps no other waiting
    while pairs := _free(places, session):
        pair = chance.choice(pairs)
        begun = time.perf_counter()
        try:
            hold_two(session, pair)
        except SeatTaken:
            late += 1
        holds.append((time.perf_counter() - begun) * 1000)
    found.put((holds, late))
    connections.close_all()


def _neighbours(session: Session) -> list[tuple[Seat, Seat]]:
    seats = list(Seat.objects.filter(hall=session.hall).order_by("row", "number"))
    return list(zip(seats[::2], seats[1::2], strict=True))


def _free(places: list[tuple[Seat, Seat]], session: Session) -> list[tuple[Seat, Seat]]:
    """The neighbours of whom both are free, as the seat map shows them at this moment."""
    taken = set(Ticket.objects.live().filter(session=session).values_list("seat", flat=True))
    return [pair for pair in places if taken.isdisjoint(seat.pk for seat in pair)]


# --- One at a time


def holds(hall: Hall, at: datetime, *, times: int) -> tuple[Pairs, int]:
    """Holding two seats while nobody else buys, in turn with hand-written SQL that writes the same rows; and the number
    of its queries.
    """
    first, second = (factories.a_session(hall, start=at + timedelta(days=days)) for days in (8, 9))
    session = Session.objects.select_related("hall__cinema", "film").get(pk=first.pk)
    adult, places = factories.an_adult(), _neighbours(session)
    keys: dict[str, Any] = {"cinema": session.hall.cinema_id, "session": second.pk, "ticket_type": adult}

    def ours(number: int) -> None:
        tickets = [(session, seat, adult) for seat in places[number]]
        hold(cinema=session.hall.cinema, tickets=tickets, email="buyer@example.org", at=at)

    def by_hand(number: int) -> None:
        with connection.cursor() as cursor:
            sql_hold.hold(cursor, **keys, seats=places[number], email="buyer@example.org", at=at)

    before = contents()
    with counted() as statements:
        ours(0)
    between = contents()
    by_hand(0)
    if difference(before, between) != difference(between, contents()):
        raise AssertionError("the hold and the SQL do not write the same")
    return alternate(lambda number: ours(number + 1), lambda number: by_hand(number + 1), pairs=times), len(statements)


def pages(session: Session) -> Iterator[Page]:
    yield Page("seat map, 300 seats", reverse("shop:session", args=[session.pk]), 50, 13, 100)
    yield Page("programme of a week", reverse("shop:home") + "?day=week", 50, 13, 100)


def large_chain(at: datetime, *, sessions: int, films: int) -> None:
    """Twenty more cinemas of five halls each, whose week has so many sessions; and so many films, of which sixty are
    shown. Written directly.
    """
    titles = Film.objects.bulk_create(
        Film(title=f"{WORDS[number % len(WORDS)]} {number}", director=f"Director {number % 997}", duration_minutes=100)
        for number in range(films)
    )
    cinemas = Cinema.objects.bulk_create(Cinema(name=f"Cinema {number}", city="City") for number in range(20))
    halls = Hall.objects.bulk_create(
        Hall(cinema=cinema, name=f"Hall {each}") for cinema in cinemas for each in range(5)
    )
    Seat.objects.bulk_create(Seat(hall=hall, row=1, number=number, place=number) for hall in halls for number in (1, 2))
    starts = [at + timedelta(minutes=30 + 200 * number) for number in range(sessions // len(halls))]
    Session.objects.bulk_create(
        Session(
            film=titles[(number + place * 7) % 60],
            hall=hall,
            start_datetime=start,
            end_datetime=start + timedelta(minutes=110),
            free_from=start + timedelta(minutes=125),
            ticket_price=Decimal(300),
        )
        for place, hall in enumerate(halls)
        for number, start in enumerate(starts)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def pages_of_large_chain() -> Iterator[Page]:
    yield Page("week of 20 cinemas, 5,000 screenings", reverse("shop:home") + "?day=week", 60, 12, 60)
    yield Page("search among 50,000 films", reverse("shop:search") + "?part=1&q=midnigth", 50, 5, 20)


def visitor() -> Client:
    return Client(SERVER_NAME="localhost")
