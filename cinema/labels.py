"""A status for people: a word on a colour, in lists and on a row's own page alike."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString


def label(word: Any, colour: str | None = None) -> SafeString:
    """The word on one of unfold's colours: info, success, warning, danger, primary, or none. It says all by itself."""
    return render_to_string("unfold/helpers/label.html", {"text": word, "type": colour})
