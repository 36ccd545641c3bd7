"""The lists on which a customer waits, as the shop shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from house_rules.rules import rules
from orders.models import Order
from screenings.listings import advertised
from screenings.models import Cinema, Film, Session
from waiting.models import MOST_SEATS, WaitingEntry, WatchedFilm
from waiting.services import is_open, place_of


@dataclass(frozen=True)
class Watching:
    """What a film's page offers to whoever cannot buy tickets yet, in their cinema or in any."""

    mine: WatchedFilm | None
    cinema: Cinema | None


def watching(user: User | None, film: Film, *, cinema: Cinema | None, sold_at: set[Cinema]) -> Watching | None:
    """None where the film is on sale for the visitor already. `sold_at`: the cinemas that sell it. At most one query.
    Reads only."""
    if cinema in sold_at if cinema else sold_at:
        return None
    mine = WatchedFilm.objects.filter(user=user, film=film, told_at=None).first() if user else None
    return Watching(mine, cinema)


@dataclass(frozen=True)
class Waiting:
    """What the page of a sold-out session offers: `place` and `quantity` of the visitor in the queue, if any."""

    place: int = 0
    quantity: int = 0
    quantities: Sequence[int] = range(1, MOST_SEATS + 1)

    @property
    def minutes(self) -> int:
        """How long offered seats are held."""
        return int(rules().hold_limits[Order.Channel.ONLINE][0].total_seconds()) // 60


def waiting(user: User | None, session: Session, *, at: datetime) -> Waiting | None:
    """None once the list is closed. At most two queries. Reads only."""
    if not is_open(session, at=at):
        return None
    mine = place_of(user, session=session, at=at) if user else None
    return Waiting(*mine) if mine else Waiting()


@dataclass(frozen=True)
class Lists:
    """`films` with whether each is on sale, `entries` with their local starts, and `offers`, orders that are held."""

    films: list[tuple[WatchedFilm, bool]]
    entries: list[tuple[WaitingEntry, datetime]]
    offers: list[tuple[WaitingEntry, datetime]]


def lists_of(user: User, *, at: datetime) -> Lists:
    """Five queries. Reads only."""
    watched = list(WatchedFilm.objects.filter(user=user).select_related("film", "cinema").order_by("-since", "-pk"))
    sold = set(advertised(at).filter(film__in=[each.film_id for each in watched]).values_list("film", flat=True))
    entries = WaitingEntry.objects.filter(user=user).select_related("session__film", "session__hall__cinema", "order")
    held = entries.filter(order__in=Order.objects.held(at))
    return Lists(
        films=[(each, each.film_id in sold) for each in watched],
        entries=[
            (each, each.session.hall.cinema.local(each.session.start_datetime))
            for each in entries.open(at).order_by("pk")
        ],
        offers=[
            (each, each.session.hall.cinema.local(each.order.expires_at)) for each in held.order_by("pk") if each.order
        ],
    )
