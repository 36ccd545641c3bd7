"""A status for people: a word on a colour, in lists and on a row's own page alike."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _


def status_badge(word: Any, colour: str | None = None) -> SafeString:
    """The word on one of unfold's colours: info, success, warning, danger, primary, or none. It says all by itself."""
    return render_to_string("unfold/helpers/label.html", {"text": word, "type": colour})


def language_name(code: str) -> str:
    """The name of a language by its code, which stands where it has none."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


class StatusBadgeMixin:
    """A page on which `standing` is the row's status for people; a status that `colours` does not name has none."""

    colours: ClassVar[Mapping[str, str]]

    @admin.display(description=_("status"), ordering="status")
    def standing(self, row: Any) -> SafeString:
        return status_badge(row.get_status_display(), self.colours.get(row.status))
