"""The services of this app. Each file of this package is one process."""

from allocations.services.comps import carry_over, create_standard_reasons, give, given_anew, is_complimentary, worth
from allocations.services.groups import Agreed, add_screening, book, part_of, pay, set_headcount
from allocations.services.house_holds import OF_THE_HOUSE, keep, kept_seats, release

__all__ = [
    "OF_THE_HOUSE",
    "Agreed",
    "add_screening",
    "book",
    "carry_over",
    "create_standard_reasons",
    "give",
    "given_anew",
    "is_complimentary",
    "keep",
    "kept_seats",
    "part_of",
    "pay",
    "release",
    "set_headcount",
    "worth",
]
