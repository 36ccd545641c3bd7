"""Creates a hall from a plan drawn in text."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cinema.validators import clean_line
from screenings.errors import ImpossibleHall
from screenings.models import Cinema, Hall, Seat, SeatKind

GAP = "_"
MAX_SIZE = 99  # rows, and places in a row
KINDS = {
    "s": SeatKind.STANDARD,
    "v": SeatKind.VIP,
    "l": SeatKind.LOVE_SEAT,
    "w": SeatKind.WHEELCHAIR,
    "c": SeatKind.COMPANION,
}


def build_hall(*, cinema: Cinema, name: str, rows: Sequence[str], cleaning_minutes: int = 15) -> Hall:
    """Create a hall with its seats. Raises `ImpossibleHall` if the plan, name or cleaning time is not valid.

    Each string is a row, starting at the screen, and each character is a place in it, from the left wall:
    s standard, v VIP, l love seat, w wheelchair, c companion, _ no seat (an aisle).

        build_hall(cinema=cinema, name="Small", rows=["ss__sswc", "ssssss", "_vvvv_"])

    Rows are numbered from 1, and so are the seats in each row, not counting gaps. A row of gaps only is a cross aisle
    and is counted too. Three queries, however many seats. Owns its transaction.
    """
    seats = seats_of(rows)
    hall = Hall(cinema=cinema, name=clean_line(name), cleaning_minutes=cleaning_minutes)
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
    if unknown := sorted(set(plan) - {GAP, *KINDS}):
        raise ImpossibleHall(
            _("Row %(row)s: “%(unknown)s” is not a type of seat. Use s, v, l, w, c, and _ for a gap.")
            % {"row": row, "unknown": "".join(unknown)}
        )
    places = [(place, KINDS[mark]) for place, mark in enumerate(plan, start=1) if mark != GAP]
    return [
        Seat(row=row, number=number, place=place, kind=kind) for number, (place, kind) in enumerate(places, start=1)
    ]
