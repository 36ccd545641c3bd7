"""Status badges: a word on a coloured background, in lists and on the pages of rows."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import DateTimeField
from django.template.loader import render_to_string
from django.utils.formats import sanitize_separators
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from backoffice.framework.fields import weekday_names
from backoffice.framework.time_zones import zone_as_offset
from cinema.money import MoneyField, format_money


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


def with_sign(shown: str) -> str:
    """An amount as Django shows it, `1755,00`, with its sign and thousands: `1 755 ₽`. Any other text as it is."""
    try:
        return format_money(Decimal(sanitize_separators(shown)))
    except InvalidOperation:
        return shown


class PlainValues:
    """A page that shows amounts as `1 755 ₽`, in lists and on a row's own page, weekdays by name, and a time zone only
    where it is not the installation's. Fields that are typed in stay as they are."""

    model: Any

    @property
    def readonly_preprocess_fields(self) -> dict[str, Any]:
        fields = self.model._meta.concrete_fields
        moments = {field.name: zone_as_offset for field in fields if isinstance(field, DateTimeField)}
        moments |= {field.name: weekday_names for field in fields if field.name == "weekdays"}
        return moments | {field.name: with_sign for field in fields if isinstance(field, MoneyField)}

    def money_column(self, name: Any) -> Any:
        """What of `list_display` shows the amount `name`; what is no amount comes back as it is."""
        field = next((each for each in self.model._meta.concrete_fields if each.name == name), None)
        if not isinstance(field, MoneyField):
            return name

        @admin.display(description=field.verbose_name, ordering=name)
        def shown(row: Any) -> str:
            amount = getattr(row, name)
            return "–" if amount is None else format_money(amount)

        shown.__name__ = name
        return shown
