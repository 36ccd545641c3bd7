"""Phone numbers in one form, so that one person's number is one value however it is typed."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any
from unicodedata import category, decimal, normalize

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from cinema.validators import TextFormField, is_visible

# No letters: the library would read them as the digits of a keypad.
TYPED = re.compile(r"(?:tel:)?(\+?[0-9 ()\-./]+)[,;.]*", re.IGNORECASE)
DIGITS = "0123456789"
SEPARATORS = " ()-./"
MAX_LENGTH = 32
DEARER = {phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST}
UNMISTAKABLE_DIGITS = 9  # without the country code
NOT_A_NUMBER = _("Enter a phone number, for example +7 900 123-45-67.")


def international(text: str) -> str | None:
    """The number in E.164 ("+79161234567"), or None if it is not a valid number of its country.

    Without a country code it belongs to `PHONE_REGION`.
    """
    number = _parse(text)
    return _e164(number) if number is not None and phonenumbers.is_valid_number(number) else None


def stored_form(text: str) -> str:
    """How a number is stored and looked up: in E.164, or as it is if no number has that many digits.

    More lenient than `international`: numbers that are not valid have been stored in the same form.
    """
    number = _parse(text)
    return text.strip() if number is None else _e164(number)


def is_of(number: str, regions: Iterable[str]) -> bool:
    """Whether a number is one of these regions, such as RU: not of another one that shares its country code, and not
    one for which callers pay more."""
    parsed = _parse(number)
    if parsed is None or phonenumbers.number_type(parsed) in DEARER:
        return False
    return phonenumbers.region_code_for_number(parsed) in {*regions}


def is_unmistakable(address: str) -> bool:
    """Whether an address, or a number in `stored_form`, is not found in amounts, dates and codes by mistake."""
    parsed = _parsed_if_stored(address)
    return "@" in address or (
        parsed is not None and len(phonenumbers.national_significant_number(parsed)) >= UNMISTAKABLE_DIGITS
    )


@cache
def spellings(number: str) -> str | None:
    """A regular expression of the ways to write a number within a text; None if it is not in its `stored_form`.

    They are: with the country code, with one digit before the area code, or with neither; with the digits of any
    script, and with spaces, dashes, brackets and invisible characters between them. For Python: databases are slow at
    it, and would have to know characters that JSON has escaped. They have `rough_spellings`.
    """
    parsed = _parsed_if_stored(number)
    if parsed is None:
        return None
    signs = _signs_by_meaning()
    any_digit = "".join(signs[digit] for digit in DIGITS)
    gap = "[" + re.escape("".join(signs[meaning] for meaning in ["", *SEPARATORS])) + "]*"
    country = gap.join(f"[{signs[digit]}]" for digit in str(parsed.country_code))
    digits = gap.join(f"[{signs[digit]}]" for digit in phonenumbers.national_significant_number(parsed))
    code = f"(?:(?:[{signs['+']}]{gap})?{country}|[{any_digit}]){gap}"
    return rf"(?<![{any_digit}{signs['+']}])(?:{code})?[{signs['(']}]?{digits}(?![{any_digit}])"


@cache
def rough_spellings(number: str) -> str | None:
    """A regular expression for both databases that matches each text in which `spellings` finds the number, and some
    others. The text may be JSON.
    """
    parsed = _parsed_if_stored(number)
    if parsed is None:
        return None
    digits = r"(?:[^0-9A-Za-z]|\\u[0-9a-f]{4}|\\[nrt])*".join(phonenumbers.national_significant_number(parsed))
    signs = _signs_by_meaning()
    other_digits = "".join(sign for digit in DIGITS for sign in signs[digit] if not sign.isascii())
    escaped = "|".join(sorted({f"{ord(sign):04x}"[:3] for sign in other_digits}))
    return rf"{digits}|[{other_digits}]|\\u(?:{escaped})"


def _parsed_if_stored(number: str) -> phonenumbers.PhoneNumber | None:
    parsed = _parse(number)
    return parsed if parsed is not None and _e164(parsed) == number else None


def _parse(text: str) -> phonenumbers.PhoneNumber | None:
    """The number, if the text is a phone number of a possible length and nothing else."""
    typed = TYPED.fullmatch("".join(map(_meaning, text)).strip())
    try:
        number = phonenumbers.parse(typed[1], settings.PHONE_REGION) if typed else None
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.ValidationResult.IS_POSSIBLE
    return number if number and phonenumbers.is_possible_number_with_reason(number) == possible else None


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _meaning(sign: str) -> str:
    """The ASCII character for a digit, space, dash or bracket of any script; nothing for an invisible character."""
    if (digit := decimal(sign, None)) is not None:
        return str(digit)
    if category(sign) == "Pd" or sign == "\N{MINUS SIGN}":
        return "-"
    if sign.isspace():
        return " "
    return normalize("NFKC", sign) if is_visible(sign) else ""


@cache
def _signs_by_meaning() -> dict[str, str]:
    """For each ASCII character that a number may consist of, all characters that are read as it."""
    found: defaultdict[str, str] = defaultdict(str)
    for sign in map(chr, range(0x10000)):
        if (meaning := _meaning(sign)) in {"", "+", *SEPARATORS, *DIGITS}:
            found[meaning] += sign
    return found


class PhoneFormField(TextFormField):
    """A phone number in any usual spelling, cleaned to the international form.

    A number that the row already has is accepted even if it is not valid, so that the rest of the row can be changed.
    """

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"type": "tel", "autocomplete": "tel"}
        super().__init__(**{"max_length": MAX_LENGTH, "widget": forms.TextInput(attrs=attrs), **kwargs})
        self._stored = ""

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        if isinstance(form, forms.BaseModelForm) and isinstance(form.instance.pk, int):
            self._stored = stored_form(getattr(form.instance, field_name, ""))
        return super().get_bound_field(form, field_name)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        number = international(text) if text else ""
        if number is None and self._stored and stored_form(text) == self._stored:
            return self._stored
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
