"""Texts in spreadsheets: nothing that people typed anywhere runs as a formula, and every file can be opened."""

import re

# What a spreadsheet would run as a formula: at the beginning of a cell, and after any separator within it, since a file
# that is opened with another separator is cut there. Apostrophes that are there already are included, so that escaping
# can be undone exactly.
BEFORE_FORMULA = r"""((?:\A"*(?={0}'*[=+\-@\t\r\n])|(?<=[,;|\t\r\n])"*(?={0}'*[=+\-@\t]))){0}"""
FORMULA, ESCAPED_FORMULA = (re.compile(BEFORE_FORMULA.format(escape)) for escape in ("", "'"))
INVALID_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def escape_formula(text: str) -> str:
    """Add an apostrophe before all that a spreadsheet would run as a formula; `unescape_formula` removes them."""
    return FORMULA.sub(r"\1'", text)


def unescape_formula(text: str) -> str:
    return ESCAPED_FORMULA.sub(r"\1", text)


def valid_xml(text: str) -> str:
    """The text with a replacement character for each that XML cannot hold."""
    return INVALID_XML.sub("\ufffd", text)
