"""Texts that people write: what cannot be seen is no text, and a reason fits its column."""

import re
import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from cinema.status import Refused

LONGEST_REASON = 250
INVISIBLE_CATEGORIES = {"Cc", "Cf", "Zs", "Zl", "Zp"}  # control and format characters, spaces, ends of lines
#: Those of other categories that leave no mark: joiners, fillers, variation selectors, Braille without a dot.
INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    *map(chr, [*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
}
#: Ends of lines and other control characters, except NUL, which is refused.
CONTROLS = re.compile("[\x01-\x1f\x7f-\x9f\u2028\u2029]+")


class ReasonNeeded(Refused, code="reason_needed"):
    """No reason was given, or one that is too long or cannot be stored."""


def is_visible(character: str) -> bool:
    return character not in INVISIBLE and unicodedata.category(character) not in INVISIBLE_CATEGORIES


def clean_text(text: str) -> str:
    """The text without surrounding whitespace; empty if nothing in it is visible."""
    return text.strip() if any(map(is_visible, text)) else ""


def clean_line(text: str) -> str:
    """`clean_text` of a text in one line: a name or a reason must not begin lines of its own in messages and lists."""
    return clean_text(CONTROLS.sub(" ", text))


def clean_reason(reason: str) -> str:
    """`clean_line` of a reason. Raises `ReasonNeeded` if it is empty, too long, or contains NUL."""
    reason = clean_line(reason)
    if not 0 < len(reason) <= LONGEST_REASON:
        raise ReasonNeeded(
            _("Enter a reason of up to %(longest)s characters. Nothing was changed.") % {"longest": LONGEST_REASON}
        )
    if "\x00" in reason:
        raise ReasonNeeded(_("The reason contains a character that can’t be saved. Remove it. Nothing was changed."))
    return reason


class TextFormField(forms.CharField):
    """A text to which `clean_text` applies, so that a required one has something visible in it; `clean_line` if it is
    typed in one line.
    """

    def to_python(self, value: Any) -> Any:
        clean = clean_text if isinstance(self.widget, forms.Textarea) else clean_line
        return super().to_python(clean(value) if isinstance(value, str) else value)
