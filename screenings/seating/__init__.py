"""Seats for a party: chosen by the program, or by a customer under the rule against single seats.

Pure functions on plain data that can be written as JSON: no database, clock, randomness or Django. The functions and
their rules are described in docs/steering.md.
"""

from screenings.seating.choice import choose_seats
from screenings.seating.selection import check_selection

__all__ = ["check_selection", "choose_seats"]
