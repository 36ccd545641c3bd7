"""Typographic rules that depend on the reader's language."""

import re
from typing import Any

from django.utils.translation import get_language

INNER_QUOTES = {"ru": ("„", "“"), "en": ("‘", "’"), "de": ("‚", "‘")}
QUOTED = re.compile(r"«([^«»]*)»|“([^“”]*)”|„([^„“]*)“|\"([^\"]*)\"")


def with_inner_quotes(text: Any) -> str:
    """The text as it is written between quotation marks: its own become the inner ones of the language in force.

    In Russian `Код «Снегирь»` becomes `Код „Снегирь“`, so that the pattern `«%(film)s»` reads «Код „Снегирь“».
    """
    opening, closing = INNER_QUOTES.get((get_language() or "")[:2], INNER_QUOTES["en"])
    return QUOTED.sub(
        lambda found: opening + next(part for part in found.groups() if part is not None) + closing, str(text)
    )
