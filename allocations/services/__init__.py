"""The services of this app. Each file of this package is one process."""

from allocations.services.code_batches import begin_export, exported_codes, is_of_one_guest, make_codes, stop_codes
from allocations.services.comps import carry_over, create_standard_reasons, give, given_anew, is_complimentary, worth
from allocations.services.groups import (
    SMALLEST_GROUP,
    Agreed,
    add_screening,
    book,
    check_booker,
    part_of,
    pay,
    set_headcount,
)
from allocations.services.house_holds import OF_THE_HOUSE, check_extension, keep, kept_seats, release
from allocations.services.private_sessions import hired_for_little, open_to_public

__all__ = [
    "OF_THE_HOUSE",
    "SMALLEST_GROUP",
    "Agreed",
    "add_screening",
    "begin_export",
    "book",
    "carry_over",
    "check_booker",
    "check_extension",
    "create_standard_reasons",
    "exported_codes",
    "give",
    "given_anew",
    "hired_for_little",
    "is_complimentary",
    "is_of_one_guest",
    "keep",
    "kept_seats",
    "make_codes",
    "open_to_public",
    "part_of",
    "pay",
    "release",
    "set_headcount",
    "stop_codes",
    "worth",
]
