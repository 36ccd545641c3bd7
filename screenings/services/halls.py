"""Creates a hall from a plan drawn in text, and draws it again."""

from collections import Counter
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.validators import clean_line
from screenings.errors import ImpossibleHall
from screenings.models import Cinema, Hall, Seat, SeatKind
from screenings.services.hall_conflicts import lock_halls

GAP, STAIRS = "_", "="
MAX_SIZE = 99  # rows, and places in a row
KINDS = {
    "s": SeatKind.STANDARD,
    "v": SeatKind.VIP,
    "l": SeatKind.LOVE_SEAT,
    "w": SeatKind.WHEELCHAIR,
    "c": SeatKind.COMPANION,
}


MARKS = {kind: mark for mark, kind in KINDS.items()}


def build_hall(*, cinema: Cinema, name: str, rows: Sequence[str], cleaning_minutes: int = 15, curve: int = 0) -> Hall:
    """Create a hall with its seats. Raises `ImpossibleHall` if the plan, name or cleaning time is not valid.

    Each string is a row, starting at the screen, and each character is a place in it, from the left wall:
    s standard, v VIP, l love seat, w wheelchair, c companion, _ no seat (an aisle), = stairs.

        build_hall(cinema=cinema, name="Small", rows=["ss__sswc", "ssssss", "_vvvv_"])

    Rows are numbered from 1, and so are the seats in each row, not counting gaps. A row of gaps only is a cross aisle
    and is counted too. Three queries, however many seats. Owns its transaction.
    """
    seats = seats_of(rows)
    hall = Hall(cinema=cinema, name=clean_line(name), cleaning_minutes=cleaning_minutes, curve=curve)
    hall.stairs = stairs_of(rows)
    try:
        hall.clean_fields(exclude=["cinema"])
    except ValidationError as error:
        raise ImpossibleHall(" ".join(error.messages)) from error
    with transaction.atomic():
        if Hall.objects.filter(cinema=cinema, name=hall.name).exists():
            raise ImpossibleHall(
                _("There is already a hall called “%(name)s”. Choose another name.") % {"name": hall.name}
            )
        hall.save(force_insert=True)
        for seat in seats:
            seat.hall = hall
        Seat.objects.bulk_create(seats)
    return hall


def redraw_hall(hall: Hall, *, rows: Sequence[str], curve: int, actor: User | None = None) -> None:
    """Move the seats of a hall to where the plan has them, with its gaps, stairs and curve. `rows` as for `build_hall`.

    Rows, numbers and kinds of seats stay, since tickets name them. Raises `ImpossibleHall` if the plan has other seats.
    Owns its transaction.
    """
    with transaction.atomic():
        lock_halls([hall.pk])
        hall.refresh_from_db()
        Seat.objects.bulk_update(moved_seats(hall, rows), ["place"])
        hall.curve, hall.stairs = curve, stairs_of(rows)
        try:
            hall.clean_fields(exclude=["cinema"])
        except ValidationError as error:
            raise ImpossibleHall(" ".join(error.messages)) from error
        hall._history_user = actor  # type: ignore[attr-defined]
        hall.save(update_fields=["curve", "stairs"])


def moved_seats(hall: Hall, rows: Sequence[str]) -> list[Seat]:
    """The seats of a hall, unsaved, where the plan has them. Raises `ImpossibleHall` if it has others. One query."""
    drawn, seats = seats_of(rows), _in_order(hall)
    if [(seat.row, seat.kind) for seat in seats] != [(seat.row, seat.kind) for seat in drawn]:
        raise ImpossibleHall(_differences(seats, drawn))
    for seat, there in zip(seats, drawn, strict=True):
        seat.place = there.place
    return seats


def plan_of(hall: Hall) -> list[str]:
    """The rows of a hall as `build_hall` takes them. One query. Reads only."""
    marks = dict.fromkeys(map(tuple, hall.stairs), STAIRS)
    marks |= {(seat.row, seat.across): MARKS[SeatKind(seat.kind)] for seat in _in_order(hall)}
    rows = range(1, max((row for row, _place in marks), default=0) + 1)
    wide = max((place for _row, place in marks), default=0)
    return ["".join(marks.get((row, place), GAP) for place in range(1, wide + 1)) for row in rows]


def _in_order(hall: Hall) -> list[Seat]:
    return sorted(hall.seats.all(), key=lambda seat: (seat.row, seat.across, seat.number))


def _differences(seats: Sequence[Seat], drawn: Sequence[Seat]) -> str:
    """What is wrong with the first row whose seats are not those of the hall."""
    now, new = (Counter(seat.row for seat in each) for each in (seats, drawn))
    row = next((row for row in sorted({*now, *new}) if now[row] != new[row]), None)
    if row is None:
        return _("Seats keep their type here. Move only gaps and stairs.")
    return _("Row %(row)s has %(now)s seats, and %(new)s in this plan. Move only gaps and stairs.") % {
        "row": row,
        "now": now[row],
        "new": new[row],
    }


def stairs_of(rows: Sequence[str]) -> list[list[int]]:
    """Where stairs are drawn: row and position of each."""
    return [
        [number, place]
        for number, row in enumerate(rows, start=1)
        for place, mark in enumerate(row, start=1)
        if mark == STAIRS
    ]


def seats_of(rows: Sequence[str]) -> list[Seat]:
    """Unsaved seats, without a hall, for these rows. Raises `ImpossibleHall`."""
    seats = [seat for number, row in enumerate(rows, start=1) for seat in _seats(number, row)]
    if not seats:
        raise ImpossibleHall(_("The hall has no seats. Add at least one row."))
    if len(rows) > MAX_SIZE or max(len(row) for row in rows) > MAX_SIZE:
        raise ImpossibleHall(
            _("A hall can have up to %(most)d rows, each up to %(most)d seats wide.") % {"most": MAX_SIZE}
        )
    return seats


def _seats(row: int, plan: str) -> list[Seat]:
    if unknown := sorted(set(plan) - {GAP, STAIRS, *KINDS}):
        raise ImpossibleHall(
            _("Row %(row)s: “%(unknown)s” is not a type of seat. Use s, v, l, w, c, _ for a gap, and = for stairs.")
            % {"row": row, "unknown": "".join(unknown)}
        )
    places = [(place, KINDS[mark]) for place, mark in enumerate(plan, start=1) if mark in KINDS]
    return [
        Seat(row=row, number=number, place=place, kind=kind) for number, (place, kind) in enumerate(places, start=1)
    ]
