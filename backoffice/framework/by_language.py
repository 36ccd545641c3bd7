"""Fields of a form that are typed in every language of the shop, beside or below each other."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst, format_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from cinema.validators import TextFormField
from house_rules.languages import own_name_of

LANGUAGES: list[str] = [code for code, _name in settings.LANGUAGES]


def field_name(name: str, language: str) -> str:
    return f"{name}_{language.replace('-', '_')}"


def text_fields(
    name: str, label: Any, *, languages: Iterable[str] = LANGUAGES, max_length: int, rows: int = 0, help_text: Any = ""
) -> dict[str, forms.Field]:
    """An optional field for each language; `rows` makes it a text of several lines."""
    fields: dict[str, forms.Field] = {}
    for language in languages:
        attrs = {"lang": language, "dir": "auto"}
        widget = UnfoldAdminTextareaWidget({**attrs, "rows": rows}) if rows else UnfoldAdminTextInputWidget(attrs)
        fields[field_name(name, language)] = TextFormField(
            label=format_lazy("{} · {}", capfirst(label), own_name_of(language)),
            max_length=max_length,
            required=False,
            widget=widget,
            help_text=help_text,
        )
    return fields


def rows_of_fields(*names: str, languages: Iterable[str] = LANGUAGES) -> list[tuple[str, ...]]:
    """The fields of a fieldset: each text in two languages beside each other, in more below each other, for three do
    not fit beside each other on a small screen."""
    languages = list(languages)
    together = [languages] if len(languages) <= 2 else [[each] for each in languages]
    return [tuple(field_name(name, each) for each in some) for name in names for some in together]


def typed_texts(cleaned: dict[str, Any], name: str, *, languages: Iterable[str] = LANGUAGES) -> dict[str, str]:
    """What was typed, by language; empty ones are left out."""
    texts = {language: cleaned.get(field_name(name, language)) or "" for language in languages}
    return {language: text for language, text in texts.items() if text}
