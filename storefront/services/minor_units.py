"""Amounts as whole minor units, in which pages hand prices to scripts and get them back."""

from decimal import Decimal

from cinema.money import MINOR_UNITS


def minor_units(amount: Decimal) -> int:
    """12.50 is 1250. Reads only."""
    return int(amount.scaleb(MINOR_UNITS))
