"""Pages of rows whose texts are typed in every language of the shop: see `house_rules.translated`.

class GenreAdmin(TranslatedAdminMixin, NoDeleteAdmin):
    form = texts_form(Genre)
"""

from typing import Any

from django.conf import settings
from django.db.models import TextField
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from backoffice.framework.by_language import LANGUAGES, field_name, rows_of_fields, text_fields
from backoffice.framework.edit_conflicts import ConflictCheckingForm
from house_rules.translated import Translated

OTHERS = [language for language in LANGUAGES if language != settings.LANGUAGE_CODE]


class TextsForm(ConflictCheckingForm):
    """Reads and writes `texts`. Fields that were not sent, as by a file, leave their texts alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        texts = getattr(kwargs.get("instance"), "texts", None) or {}
        stored = {
            field_name(name, language): texts.get(language, {}).get(name, "")
            for name in self._meta.model.TRANSLATED
            for language in OTHERS
        }
        kwargs["initial"] = {**stored, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        texts = {language: dict(of) for language, of in self.instance.texts.items()}
        for name in self._meta.model.TRANSLATED:
            for language in OTHERS:
                field = field_name(name, language)
                if self.add_prefix(field) not in self.data:
                    continue
                texts.setdefault(language, {}).pop(name, None)
                if text := cleaned.get(field):
                    texts[language][name] = text
        self.instance.texts = {language: of for language, of in texts.items() if of}
        return cleaned


def texts_form(model: type[Translated]) -> Any:
    """A form for a page of the model, with a field for each of its texts in each further language."""
    fields: dict[str, Any] = {}
    for name in model.TRANSLATED:
        column: Any = model._meta.get_field(name)
        rows = 5 if isinstance(column, TextField) else 0
        label = capfirst(column.verbose_name)
        fields |= text_fields(name, label, languages=OTHERS, max_length=column.max_length, rows=rows)
    form_class: Any = type(TextsForm)
    return form_class(f"{model.__name__}TextsForm", (TextsForm,), {**fields, "__module__": __name__})


class TranslatedAdminMixin:
    """Shows the texts in further languages side by side, to those who may change them."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        page: Any = self
        rows = rows_of_fields(*page.model.TRANSLATED, languages=OTHERS)
        names = {name for row in rows for name in row}
        sets = [
            (title, {**options, "fields": [each for each in options["fields"] if each not in names]})
            for title, options in super().get_fieldsets(request, obj)  # type: ignore[misc]
        ]
        may_type = page.has_change_permission(request, obj) if obj else page.has_add_permission(request)
        return [*sets, (_("In other languages"), {"fields": rows})] if may_type and rows else sets

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        typed = {field_name(name, language) for name in obj.TRANSLATED for language in OTHERS}
        if change and typed & {*form.changed_data}:
            obj.save(update_fields=["texts"])
