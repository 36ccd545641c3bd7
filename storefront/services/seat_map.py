"""The hall of a session as the shop draws it."""

from collections.abc import Collection, Iterable
from copy import copy
from dataclasses import replace
from decimal import Decimal

from django.conf import settings

from cinema.money import ZERO
from orders.availability import seat_map
from pricing.models import SessionForecast
from screenings import hall_layout
from screenings.hall_layout import HallLayout
from screenings.models import Seat, SeatKind, TicketType
from screenings.seat_choice import best_seats
from screenings.ticket_price import full_price, quote
from storefront.services.minor_units import amount_sent, minor_units


class SeatMap(seat_map.SeatMap):
    """A seat map with a price on every seat and the visitor's choice marked."""

    @property
    def seconds_left(self) -> int:
        """Until the visitor's order on this map expires; 0 without one."""
        return max(0, int((self.order.expires_at - self.at).total_seconds())) if self.order else 0

    @property
    def love_seats_in_pairs(self) -> bool:
        """Whether every love seat of the hall is one half of two, so that prices can be told for two."""
        return all(seat.pk in self.halves for seat in self.seats if seat.kind == SeatKind.LOVE_SEAT)

    def best(self, party: str) -> list[int]:
        """The primary keys of the best free seats side by side for so many; empty if there are none. One query."""
        fits = party.isascii() and party.isdecimal() and len(party) < 4 and 0 < int(party) <= settings.SEATS_A_VISITOR
        if not (fits and self.seats):
            return []
        hints = SessionForecast.objects.seat_hints(self.session, seats=len(self.seats))
        return best_seats(self.seats, taken=self.taken, party=int(party), **hints)

    @property
    def price_shown(self) -> int:
        """What the session costs on this page, in minor units, sent back with the choice; see `expected_total`."""
        return minor_units(self.session.price)

    def expected_total(self, places: Iterable[tuple[Seat, TicketType]], *, price_shown: str) -> Decimal | None:
        """What the places cost on the map that the visitor saw; None where the request does not say. No query.

        It is only compared with the current price and those of the last minutes, so a forged value gains nothing.
        """
        shown = copy(self.session)
        shown.quoted_price = amount_sent(price_shown)
        if shown.quoted_price is None:
            return None
        return sum(
            (quote(shown, seat.kind, each, self.terms, held=self.held.get(seat.pk)).price for seat, each in places),
            ZERO,
        )

    def _held_prices(self) -> dict[int, Decimal]:
        """What `prices` says by kind, by the primary key of each seat that the visitor's order holds."""
        types, terms = self.types, self.terms
        return {
            key: full_price(self.session, seat_kind=self.by_key[key].kind, types=types, terms=terms, held=ticket)
            for key, ticket in self.held.items()
        }

    def layout(self, ticked: Collection[int] = ()) -> HallLayout:
        """`ticked` are the primary keys of the seats that are chosen already. No query."""
        # One mark for all seats of a kind: a hall has hundreds of seats and few kinds.
        free, chosen, taken = (
            {kind: mark(price) for kind, price in self.prices.items()}
            for mark in (hall_layout.free, hall_layout.chosen, hall_layout.taken)
        )
        marks = {}
        for seat in self.seats:
            look = taken if seat.pk in self.taken else chosen if seat.pk in ticked else free
            marks[seat.pk] = look[seat.kind]
        for key, price in self._held_prices().items():
            marks[key] = replace(marks[key], price=price)
        return hall_layout.lay_out(self.seats, marks, hall=self.session.hall)
