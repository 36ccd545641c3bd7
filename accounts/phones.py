"""Phone numbers in one form, so that one person's number is one value however it is typed."""

import re
from typing import Any

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

TYPED = re.compile(r"\+?[\d\s()\-./]+")  # no letters: the library would read them as the digits of a keypad
BETWEEN_DIGITS = r"[\s().\-/]*"
MAX_LENGTH = 32
NOT_A_NUMBER = _("Enter a phone number, for example +7 900 123-45-67.")


def international(text: str) -> str | None:
    """The number in E.164 ("+79161234567"), or None if it is none. Without a country code it belongs to
    `PHONE_REGION`.
    """
    text = text.strip()
    if not TYPED.fullmatch(text):
        return None
    try:
        number = phonenumbers.parse(text, settings.PHONE_REGION)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def stored_form(text: str) -> str:
    """How a number is stored and looked up: in E.164, or as it is if it is no number."""
    return international(text) or text.strip()


def spellings(number: str) -> str | None:
    """A regular expression, for Python and both databases, of the ways to write the number of `international` within a
    text: with the country code, with one digit before the area code, with neither. None if it is no such number.
    """
    if international(number) != number:
        return None
    parsed = phonenumbers.parse(number)
    digits = BETWEEN_DIGITS.join(phonenumbers.national_significant_number(parsed))
    return rf"(?<![\d+])((\+?{parsed.country_code}|\d){BETWEEN_DIGITS})?\(?{digits}(?!\d)"


class PhoneFormField(forms.CharField):
    """A phone number in any usual spelling, cleaned to the international form."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"type": "tel", "autocomplete": "tel"}
        super().__init__(**{"max_length": MAX_LENGTH, "widget": forms.TextInput(attrs=attrs), **kwargs})

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        number = international(text) if text else ""
        if number is None:
            raise ValidationError(NOT_A_NUMBER, code="invalid")
        return number


class PhoneField(models.CharField):
    """Stores and compares numbers in their `stored_form`, whichever way they come in: saved, updated or looked up.
    Forms refuse what is no number; what a service is given is stored as it is.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": MAX_LENGTH, **kwargs})

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return stored_form(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.get_prep_value(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": PhoneFormField, **kwargs})


def rewrite_stored(rows: "models.QuerySet[Any]", column: str, *, batch_size: int = 1000) -> None:
    """Bring the numbers in a column to their `stored_form`, for migrations: two queries for each batch of rows."""
    last = 0
    rows = rows.exclude(**{column: ""}).order_by("pk").only("pk", column)
    while batch := list(rows.filter(pk__gt=last)[:batch_size]):
        last = batch[-1].pk
        changed = []
        for row in batch:
            number = stored_form(getattr(row, column))
            if number != getattr(row, column):
                setattr(row, column, number)
                changed.append(row)
        rows.model._base_manager.using(rows.db).bulk_update(changed, [column])
