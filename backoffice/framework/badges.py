"""Status badges: a word on a coloured background, in lists and on the pages of rows."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _


def status_badge(word: Any, colour: str | None = None) -> SafeString:
    """HTML of the word on one of unfold's colours: info, success, warning, danger, primary, or None for grey.

    The colour carries no meaning of its own: people who do not see it read the word.
    """
    return render_to_string("unfold/helpers/label.html", {"text": word, "type": colour})


def language_name(code: str) -> str:
    """The name of a language in the current language; an unknown code is returned as it is."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


class StatusBadgeMixin:
    """Adds the column `status_label`: the status as a badge in the colour that `colours` names, or in grey."""

    colours: ClassVar[Mapping[str, str]]

    @admin.display(description=_("status"), ordering="status")
    def status_label(self, row: Any) -> SafeString:
        return status_badge(row.get_status_display(), self.colours.get(row.status))
