"""A hall's seats laid out to be drawn: where each stands, what shape it has, what is said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from screenings.models import Seat, SeatKind

STEP = 40  # from one place to the next, in the drawing's own units
EDGE = 48  # for the numbers of the rows, at either side
TOP = 56  # for the screen

# Beside the number, so that a kind is told by shape, letter and title, never by colour alone.
LETTERS = {SeatKind.VIP: "V", SeatKind.LOVE_SEAT: "L", SeatKind.WHEELCHAIR: "W", SeatKind.COMPANION: "C"}


@dataclass(frozen=True)
class Mark:
    """What is said of a seat: a state (a class of the style sheet), its sign, and words; `link` leads further."""

    state: str
    sign: str
    words: str
    link: str = ""


@dataclass(frozen=True)
class Place:
    seat: Seat
    x: int  # of its centre
    y: int
    mark: Mark

    @property
    def label(self) -> str:
        return f"{LETTERS.get(SeatKind(self.seat.kind), '')}{self.seat.number}"

    @property
    def shape(self) -> str:
        return self.seat.kind.lower()

    @property
    def title(self) -> str:
        """For who cannot see the drawing, and who points at it."""
        return ", ".join(
            part for part in (str(self.seat), str(SeatKind(self.seat.kind).label), self.mark.words) if part
        )


@dataclass(frozen=True)
class Row:
    number: int
    y: int


@dataclass(frozen=True)
class Plan:
    width: int
    height: int
    rows: list[Row]
    places: list[Place]

    @property
    def centre(self) -> int:
        return self.width // 2

    @property
    def kinds(self) -> list[tuple[str, str, int]]:
        """The letter, the name and the number of each kind that the hall has."""
        counts = {kind: sum(place.seat.kind == kind for place in self.places) for kind in SeatKind}
        return [(LETTERS.get(kind, ""), str(kind.label), count) for kind, count in counts.items() if count]


def free() -> Mark:
    return Mark("free", "", "")


def broken(reason: str) -> Mark:
    return Mark("broken", "✕", _("broken: %(reason)s") % {"reason": reason})


def lay_out(seats: Sequence[Seat], marks: Mapping[int, Mark] | None = None) -> Plan:
    """The plan of these seats of one hall; `marks` by the seats' keys, the others are free.

    Aisles are the places that no seat has; a row without seats is a cross aisle and keeps its room.
    """
    marks = marks or {}
    across = max((seat.place or seat.number for seat in seats), default=0)
    numbers = sorted({seat.row for seat in seats})
    y_of = {number: TOP + STEP * number - STEP // 2 for number in numbers}
    return Plan(
        width=2 * EDGE + STEP * across,
        height=TOP + STEP * max(numbers, default=0) + STEP // 4,
        rows=[Row(number, y) for number, y in y_of.items()],
        places=[
            Place(
                seat=seat,
                x=EDGE + STEP * (seat.place or seat.number) - STEP // 2,
                y=y_of[seat.row],
                mark=marks.get(seat.pk) or free(),
            )
            for seat in seats
        ],
    )
