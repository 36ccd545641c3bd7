"""Form fields that the forms of several apps' pages share."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from cinema.validators import LONGEST_REASON, TextFormField


class ReasonField(TextFormField):
    """A reason in one line, as long as the database keeps."""

    def __init__(self, **kwargs: Any) -> None:
        defaults = {"label": _("Reason"), "max_length": LONGEST_REASON, "widget": UnfoldAdminTextInputWidget()}
        super().__init__(**{**defaults, **kwargs})


class WeekdaysField(forms.MultipleChoiceField):
    """Days of the week to tick, kept as a string of digits in which 0 is Monday; an empty one is for every day."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"required": False, "help_text": _("None ticked: every day."), **kwargs}
        choices = [(str(number), name) for number, name in WEEKDAYS.items()]
        super().__init__(choices=choices, widget=UnfoldAdminCheckboxSelectMultipleWidget(), **kwargs)

    def prepare_value(self, value: Any) -> list[str]:
        return list(value or ())

    def clean(self, value: Any) -> str:
        return "".join(sorted(super().clean(value)))


def weekday_names(digits: str) -> str:
    """The days that a `WeekdaysField` keeps, for people, such as “Mon, Tue”. Any other text as it is."""
    return ", ".join(str(WEEKDAYS_ABBR[int(day)]) for day in digits) if digits.isdecimal() else digits
