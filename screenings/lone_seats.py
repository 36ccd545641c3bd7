"""The rule that a choice of seats must not leave a single free seat between two taken ones."""

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from screenings.models import Seat, SeatKind

NOT_A_CHAIR = (
    SeatKind.WHEELCHAIR,
    SeatKind.COMPANION,
)  # they end a block of chairs as an aisle does, and may be left alone


def find_lone_seats(seats: Iterable[Seat], *, taken: Collection[int], wanted: Collection[int]) -> list[Seat]:
    """The free seats that choosing `wanted` would leave alone between two others; empty if the choice is allowed.

    `seats` are all seats of one hall; `taken` are the primary keys of seats that cannot be bought (sold, held, broken),
    `wanted` those of the chosen seats. A seat beside an aisle or a wall is never alone. Leaving a seat alone is allowed
    if every choice of as many adjacent seats in the same stretch of free seats would do so too; other stretches are
    not considered. A pure function without queries.
    """
    alone = []
    for stretch in _stretches(seats, taken=taken):
        count = sum(seat.pk in wanted for seat in stretch.seats)
        if count and (left := _alone(stretch, [seat.pk in wanted for seat in stretch.seats])):
            places = len(stretch.seats)
            choices = (
                [start <= place < start + count for place in range(places)] for start in range(places - count + 1)
            )
            if any(not _alone(stretch, choice) for choice in choices):
                alone += left
    return alone


class _Stretch:
    """Adjacent free seats; `bounded` says for each end whether it borders on a taken seat, not on an aisle or wall."""

    def __init__(self, seats: list[Seat], *, bounded: tuple[bool, bool]) -> None:
        self.seats, self.bounded = seats, bounded


def _alone(stretch: _Stretch, chosen: list[bool]) -> list[Seat]:
    """The seats of the stretch that the choice leaves free with a taken or chosen seat on both sides."""
    around = [stretch.bounded[0], *chosen, stretch.bounded[1]]
    return [
        seat for place, seat in enumerate(stretch.seats) if not chosen[place] and around[place] and around[place + 2]
    ]


def _stretches(seats: Iterable[Seat], *, taken: Collection[int]) -> Iterator[_Stretch]:
    for block in _blocks(seats):
        for is_taken, group in groupby(enumerate(block), key=lambda pair: pair[1].pk in taken):
            if not is_taken:
                part = list(group)
                first, last = part[0][0], part[-1][0]
                yield _Stretch([seat for _place, seat in part], bounded=(first > 0, last < len(block) - 1))


def _blocks(seats: Iterable[Seat]) -> Iterator[list[Seat]]:
    """Groups of chairs in a row with no aisle between them."""
    chairs = [seat for seat in seats if seat.kind not in NOT_A_CHAIR]
    block: list[Seat] = []
    for seat in sorted(chairs, key=lambda seat: (seat.row, seat.across)):
        if block and (seat.row != block[-1].row or seat.across != block[-1].across + 1):
            yield block
            block = []
        block.append(seat)
    if block:
        yield block
