"""Checks the reason that staff must give for some actions: a text that fits its column."""

from django.utils.translation import gettext as _

from cinema.status import Refused

LONGEST_REASON = 250


class ReasonNeeded(Refused, code="reason_needed"):
    """No reason was given, or one that is too long or cannot be stored."""


def clean_reason(reason: str) -> str:
    """The reason without surrounding whitespace. Raises `ReasonNeeded` if it is empty, too long, or contains NUL."""
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise ReasonNeeded(
            _("Enter a reason of up to %(longest)s characters. Nothing was changed.") % {"longest": LONGEST_REASON}
        )
    if "\x00" in reason:
        raise ReasonNeeded(_("The reason contains a character that can’t be saved. Remove it. Nothing was changed."))
    return reason
