"""The rule that no seat is left alone, in one function: a better rule replaces its body and keeps its contract."""

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from screenings.models import Seat, SeatKind

NOT_A_CHAIR = (SeatKind.WHEELCHAIR, SeatKind.COMPANION)  # they end a block as an aisle does, and are never "left alone"


def find_lone_seats(seats: Iterable[Seat], *, taken: Collection[int], wanted: Collection[int]) -> list[Seat]:
    """The free seats that the choice `wanted` would leave alone between two others, or nothing when it may stand.

    `seats` are all seats of one hall; `taken` the keys of those that nobody can have (sold, held, broken), `wanted` the
    keys of those chosen, none of them taken. A seat beside an aisle or a wall is not alone. A choice that leaves a seat
    alone stands where as many seats side by side in that stretch of free seats would always leave one: nothing else is
    possible there. Other stretches are the customer's affair. Pure, and no query.
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
    """Free seats side by side; `walled` says of each end whether a taken seat stands there rather than an aisle."""

    def __init__(self, seats: list[Seat], *, walled: tuple[bool, bool]) -> None:
        self.seats, self.walled = seats, walled


def _alone(stretch: _Stretch, chosen: list[bool]) -> list[Seat]:
    """The seats of the stretch that are free after the choice and have somebody at either side."""
    around = [stretch.walled[0], *chosen, stretch.walled[1]]
    return [
        seat for place, seat in enumerate(stretch.seats) if not chosen[place] and around[place] and around[place + 2]
    ]


def _stretches(seats: Iterable[Seat], *, taken: Collection[int]) -> Iterator[_Stretch]:
    for block in _blocks(seats):
        for is_taken, group in groupby(enumerate(block), key=lambda pair: pair[1].pk in taken):
            if not is_taken:
                part = list(group)
                first, last = part[0][0], part[-1][0]
                yield _Stretch([seat for _place, seat in part], walled=(first > 0, last < len(block) - 1))


def _blocks(seats: Iterable[Seat]) -> Iterator[list[Seat]]:
    """Chairs of a row with no aisle between them."""
    chairs = [seat for seat in seats if seat.kind not in NOT_A_CHAIR]
    block: list[Seat] = []
    for seat in sorted(chairs, key=lambda seat: (seat.row, seat.across)):
        if block and (seat.row != block[-1].row or seat.across != block[-1].across + 1):
            yield block
            block = []
        block.append(seat)
    if block:
        yield block
