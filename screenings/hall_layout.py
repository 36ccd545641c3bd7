"""Computes the drawing of a hall: positions and labels of rows and seats. Used by the shop and the admin alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from screenings.models import Hall, Seat, SeatKind

STEP = 40  # distance between two seats, in units of the drawing
EDGE = 48  # margin at both sides, for the row numbers
TOP = 56  # margin at the top, for the screen

# Shown beside the number, so that a kind can be recognised by shape, letter and title, not by colour alone.
LETTERS: dict[str, str] = {
    SeatKind.VIP: "V",
    SeatKind.LOVE_SEAT: "L",
    SeatKind.WHEELCHAIR: "W",
    SeatKind.COMPANION: "C",
}


@dataclass(frozen=True)
class SeatMark:
    """How a seat is shown: a state (used as CSS class), a sign, a description, a link, and a price if there is one."""

    state: str
    sign: str = ""
    words: str = ""
    link: str = ""
    price: Decimal | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the seat cannot be chosen now."""
        return self.state not in ("free", "chosen")

    @property
    def is_chosen(self) -> bool:
        return self.state == "chosen"


def free(price: Decimal | None = None) -> SeatMark:
    return SeatMark("free", price=price)


def chosen(price: Decimal | None = None) -> SeatMark:
    return SeatMark("chosen", "✓", price=price)


def taken(price: Decimal | None = None) -> SeatMark:
    """A seat that is sold, held or broken, for pages that do not show which."""
    return SeatMark("taken", "✕", price=price)


def broken(reason: str) -> SeatMark:
    return SeatMark("broken", "✕", _("off sale: %(reason)s") % {"reason": reason})


def kept(reason: str) -> SeatMark:
    """A seat that the house keeps, for pages of staff."""
    return SeatMark("kept", "◆", _("kept by the house: %(reason)s") % {"reason": reason})


@dataclass(frozen=True)
class SeatInRow:
    """A seat in the drawing. `before` are the empty places before it, from the previous seat or the wall on: True where
    stairs are.
    """

    seat: Seat
    before: tuple[bool, ...]
    mark: SeatMark
    down: int = 0  # how far the curve of its row moves it, in units of the drawing

    @property
    def x(self) -> int:
        """The x coordinate of the seat's centre."""
        return _x(self.seat.across)

    @property
    def y(self) -> int:
        return _y(self.seat.row) + self.down

    @property
    def label(self) -> str:
        return f"{LETTERS.get(self.seat.kind, '')}{self.seat.number}"

    @property
    def shape(self) -> str:
        return self.seat.kind.lower()

    @property
    def title(self) -> str:
        """The description for screen readers and the tooltip."""
        return ", ".join(
            part for part in (str(self.seat), str(SeatKind(self.seat.kind).label), self.mark.words) if part
        )


@dataclass(frozen=True)
class SeatRow:
    """A row. `after` are the places behind its last seat up to the last stairs; `aisle`: a cross aisle is before it."""

    number: int
    seats: list[SeatInRow]
    after: tuple[bool, ...] = ()
    aisle: bool = False

    @property
    def first(self) -> SeatInRow:
        return self.seats[0]

    @property
    def last(self) -> SeatInRow:
        return self.seats[-1]

    @property
    def free(self) -> int:
        return sum(not each.mark.is_taken for each in self.seats)


@dataclass(frozen=True)
class KindInHall:
    """A kind of seat in the hall, for the legend. `price` is None if the layout shows no prices."""

    kind: str
    label: str
    letter: str
    count: int
    price: Decimal | None


@dataclass(frozen=True)
class HallLayout:
    """The drawing of a hall. `stairs` are the centres of their steps."""

    rows: list[SeatRow]
    across: int = 0  # how many places the widest row has, aisles included
    curve: int = 0
    stairs: tuple[tuple[int, int], ...] = ()

    @property
    def down(self) -> int:
        """How many seats the hall is long as the shop draws it: rows, cross aisles, and what the curve takes."""
        return len(self.rows) + sum(row.aisle for row in self.rows) + self.curve

    @cached_property
    def seats(self) -> list[SeatInRow]:
        return [each for row in self.rows for each in row.seats]

    @property
    def width(self) -> int:
        return 2 * EDGE + STEP * self.across

    @property
    def height(self) -> int:
        return TOP + STEP * (max((row.number for row in self.rows), default=0) + self.curve) + STEP // 4

    @property
    def centre(self) -> int:
        return self.width // 2

    @property
    def kinds(self) -> list[KindInHall]:
        of_kind: dict[str, list[SeatInRow]] = {}
        for each in self.seats:
            of_kind.setdefault(each.seat.kind, []).append(each)
        return [
            KindInHall(kind.value, str(kind.label), LETTERS.get(kind, ""), len(seats), _price_now(seats))
            for kind in SeatKind
            if (seats := of_kind.get(kind))
        ]


def _price_now(seats: Iterable[SeatInRow]) -> Decimal | None:
    """The price of seats of one kind; those that the visitor holds may have kept a lower one."""
    return max((each.mark.price for each in seats if each.mark.price is not None), default=None)


def lay_out(
    seats: Iterable[Seat], marks: Mapping[int, SeatMark] | None = None, *, hall: Hall | None = None
) -> HallLayout:
    """Lay out the seats of one hall, given in any order. Seats without an entry in `marks` (by primary key) are free.

    Aisles are shown as gaps; a row number without seats is a cross aisle and takes up space. Without `hall`, rows are
    straight and there are no stairs.
    """
    marks = marks or {}
    unmarked = free()
    in_order = sorted(seats, key=lambda seat: (seat.row, seat.across, seat.number))
    stairs = {(row, place) for row, place in hall.stairs} if hall else set()
    curve = hall.curve if hall else 0
    across = max([seat.across for seat in in_order] + [place for _row, place in stairs], default=0)
    rows: list[SeatRow] = []
    for number, of_row in groupby(in_order, key=lambda seat: seat.row):
        before, row = 0, []
        for seat in of_row:
            gap = tuple((number, place) in stairs for place in range(before + 1, seat.across))
            row.append(SeatInRow(seat, gap, marks.get(seat.pk, unmarked), _down(seat.across, across, curve)))
            before = seat.across
        last = max((place for where, place in stairs if where == number), default=0)
        after = tuple((number, place) in stairs for place in range(before + 1, last + 1))
        rows.append(SeatRow(number, row, after, aisle=bool(rows) and rows[-1].number < number - 1))
    steps = tuple((_x(place), _y(row) + _down(place, across, curve)) for row, place in sorted(stairs))
    return HallLayout(rows, across, curve, steps)


def _x(place: int) -> int:
    return EDGE + STEP * place - STEP // 2


def _y(row: int) -> int:
    return TOP + STEP * row - STEP // 2


def _down(place: int, across: int, curve: int) -> int:
    """How far a place is moved away from the screen in a row that is a parabola; static/hall/plan.css has the same."""
    aside = (2 * place - 1) / across - 1  # from -1 at the left wall to 1 at the right one
    return round(STEP * curve * (1 - aside**2))
