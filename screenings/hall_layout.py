"""How a hall is drawn: rows, seats, aisles, and what is said of each seat. Shop and staff draw from the same layout."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from django.utils.translation import gettext as _

from screenings.models import Seat, SeatKind

STEP = 40  # from one seat to the next, in the drawing's own units
EDGE = 48  # for the numbers of the rows, at either side
TOP = 56  # for the screen

# Beside the number, so that a kind is told by shape, letter and title, never by colour alone.
LETTERS: dict[str, str] = {
    SeatKind.VIP: "V",
    SeatKind.LOVE_SEAT: "L",
    SeatKind.WHEELCHAIR: "W",
    SeatKind.COMPANION: "C",
}


@dataclass(frozen=True)
class SeatMark:
    """What is said of a seat: a state (a class of the style sheet), its sign, words, a link, and the price if shown."""

    state: str
    sign: str = ""
    words: str = ""
    link: str = ""
    price: Decimal | None = None

    @property
    def is_taken(self) -> bool:
        """Whether nobody can choose the seat now."""
        return self.state not in ("free", "chosen")

    @property
    def is_chosen(self) -> bool:
        return self.state == "chosen"


def free(price: Decimal | None = None) -> SeatMark:
    return SeatMark("free", price=price)


def chosen(price: Decimal | None = None) -> SeatMark:
    return SeatMark("chosen", "✓", price=price)


def taken(price: Decimal | None = None) -> SeatMark:
    """Sold, held or broken, where it is not said which."""
    return SeatMark("taken", "✕", price=price)


def broken(reason: str) -> SeatMark:
    return SeatMark("broken", "✕", _("off sale: %(reason)s") % {"reason": reason})


@dataclass(frozen=True)
class SeatInRow:
    """A seat where it stands; `gap` counts the empty places between it and the seat before it, or the wall."""

    seat: Seat
    gap: int
    mark: SeatMark

    @property
    def x(self) -> int:
        """Of its centre, as `y`."""
        return EDGE + STEP * self.seat.across - STEP // 2

    @property
    def y(self) -> int:
        return _y(self.seat.row)

    @property
    def label(self) -> str:
        return f"{LETTERS.get(self.seat.kind, '')}{self.seat.number}"

    @property
    def shape(self) -> str:
        return self.seat.kind.lower()

    @property
    def title(self) -> str:
        """For screen readers, and for the tooltip."""
        return ", ".join(
            part for part in (str(self.seat), str(SeatKind(self.seat.kind).label), self.mark.words) if part
        )


@dataclass(frozen=True)
class SeatRow:
    number: int
    seats: list[SeatInRow]

    @property
    def y(self) -> int:
        return _y(self.number)

    @property
    def free(self) -> int:
        return sum(not each.mark.is_taken for each in self.seats)


@dataclass(frozen=True)
class KindInHall:
    """A kind of seat that the hall has: for the legend. `price` is None where the layout shows no prices."""

    kind: str
    label: str
    letter: str
    count: int
    price: Decimal | None


@dataclass(frozen=True)
class HallLayout:
    rows: list[SeatRow]

    @cached_property
    def seats(self) -> list[SeatInRow]:
        return [each for row in self.rows for each in row.seats]

    @property
    def width(self) -> int:
        return 2 * EDGE + STEP * max((each.seat.across for each in self.seats), default=0)

    @property
    def height(self) -> int:
        return TOP + STEP * max((row.number for row in self.rows), default=0) + STEP // 4

    @property
    def centre(self) -> int:
        return self.width // 2

    @property
    def kinds(self) -> list[KindInHall]:
        of_kind: dict[str, list[SeatInRow]] = {}
        for each in self.seats:
            of_kind.setdefault(each.seat.kind, []).append(each)
        return [
            KindInHall(kind.value, str(kind.label), LETTERS.get(kind, ""), len(seats), seats[0].mark.price)
            for kind in SeatKind
            if (seats := of_kind.get(kind))
        ]


def lay_out(seats: Iterable[Seat], marks: Mapping[int, SeatMark] | None = None) -> HallLayout:
    """The layout of these seats of one hall, in any order; `marks` by the seats' primary keys, the others are free.

    Aisles are gaps; a row number without seats is a cross aisle and keeps its room.
    """
    marks = marks or {}
    unmarked = free()
    rows = []
    in_order = sorted(seats, key=lambda seat: (seat.row, seat.across, seat.number))
    for number, of_row in groupby(in_order, key=lambda seat: seat.row):
        before, row = 0, []
        for seat in of_row:
            row.append(SeatInRow(seat, seat.across - before - 1, marks.get(seat.pk, unmarked)))
            before = seat.across
        rows.append(SeatRow(number, row))
    return HallLayout(rows)


def _y(row: int) -> int:
    return TOP + STEP * row - STEP // 2
