"""The seats of a session in numbers, and when it is said to be sold out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from screenings.models import Seat, SeatKind
from screenings.seat_choice import FOR_SOME

FEW = 10  # percent of the hall: fewer free seats than that are said to be few


@dataclass(frozen=True)
class SeatCount:
    """`sold` have a ticket, held ones included. Of those that have none and are usable, anybody may buy `free`, and
    `wheelchairs` are spaces for wheelchairs. Companions' seats are in neither: they are sold with such a space only.
    """

    capacity: int
    sold: int
    free: int
    wheelchairs: int = 0

    @classmethod
    def of(cls, seats: Sequence[Seat], *, taken: Collection[int]) -> "SeatCount":
        """Of one hall, with the primary keys of the seats that cannot be bought; broken ones count as sold."""
        kinds = [seat.kind for seat in seats if seat.pk not in taken]
        return cls(
            capacity=len(seats),
            sold=len(seats) - len(kinds),
            free=sum(kind not in FOR_SOME for kind in kinds),
            wheelchairs=kinds.count(SeatKind.WHEELCHAIR),
        )

    @property
    def sold_out(self) -> bool:
        return not self.free and not self.wheelchairs

    @property
    def only_wheelchairs(self) -> bool:
        return not self.free and self.wheelchairs > 0

    @property
    def few(self) -> bool:
        return 0 < self.free * 100 < self.capacity * FEW

    @property
    def band(self) -> str:
        """`sold_out`, `wheelchairs` (only spaces for them are left), `few` or `many`: what others are told, without
        telling the sales."""
        if not self.free:
            return "wheelchairs" if self.only_wheelchairs else "sold_out"
        return "few" if self.few else "many"
