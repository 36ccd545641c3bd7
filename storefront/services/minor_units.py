"""Amounts as whole minor units, in which pages hand prices to scripts and get them back."""

from decimal import Decimal

from cinema.money import MAX_AMOUNT, MINOR_UNITS, from_minor_units


def minor_units(amount: Decimal) -> int:
    """12.50 is 1250. Reads only."""
    return int(amount.scaleb(MINOR_UNITS))


def amount_sent(text: str) -> Decimal | None:
    """1250 is 12.50; None for what no page sends. Reads only."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(minor_units(MAX_AMOUNT)))):
        return None
    return from_minor_units(int(text))
