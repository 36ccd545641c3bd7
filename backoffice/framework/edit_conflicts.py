"""Two people at one row: neither undoes what the other has saved, and neither does so unawares.

    class FilmAdmin(ModelAdmin):
        form = MindfulForm

A page sends back with what is typed what it had shown. What its person left alone stays as it now stands, whoever has
changed it since. What they changed and somebody else did too is refused once, with what stands there now; all that was
typed is still on the page, and to save it again is to mean it. Who saves a form locks its row first, and then reads.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.forms.boundfield import BoundField
from django.utils.formats import localize
from django.utils.functional import cached_property
from django.utils.translation import gettext

from cinema.local_time import format_local
from cinema.quotes import nest_quotes

LOOKED_THROUGH = 20  # changes of a row in search of who made one of them


@contextmanager
def row_lock(row: Model) -> Iterator[None]:
    """Whoever else would save or delete the row waits, and then reads what was made of it here."""
    with transaction.atomic():
        list(type(row)._base_manager.select_for_update(no_key=True).filter(pk=row.pk).values_list("pk"))
        yield


class TrackedBoundField(BoundField):
    """A field that knows what its person was shown, beside what they typed and what stands there now (`initial`).

    What is shown comes back in hidden fields, which are Django's own: see `show_hidden_initial`.
    """

    form: Any  # a `ConflictCheckingForm`

    @property
    def data(self) -> Any:
        return self._standing if self.left_alone else super().data

    @cached_property
    def left_alone(self) -> bool:
        return self._is_told and not self._differ(self._shown, super().data)

    @cached_property
    def overtaken(self) -> bool:
        """Whether somebody else has changed what this person wants to change, and to something else."""
        changed = self._is_told and self._has_changed()
        return changed and self._differ(self._standing, self._shown)

    def as_hidden(self, attrs: Any = None, *, only_initial: bool = False, **kwargs: Any) -> Any:
        """As what was shown counts what stands there now: either it is on the page again, or it has just been said."""
        if not only_initial:
            return super().as_hidden(attrs, **kwargs)
        value, attrs = self.field.prepare_value(self.initial), {"id": self.html_initial_id}
        return self.field.hidden_widget().render(self.html_initial_name, value, attrs, self.form.renderer)

    def in_words(self) -> str:
        """What stands there now."""
        value, field = self.initial, self.field
        if isinstance(field, forms.ModelMultipleChoiceField):
            names = ", ".join(sorted(field.label_from_instance(each) for each in value or ()))
        elif isinstance(field, forms.ModelChoiceField):
            row = field.queryset.filter(pk=value).first()  # type: ignore[union-attr]
            names = field.label_from_instance(row) if row else ""
        elif isinstance(field, forms.ChoiceField):
            names = str(dict(self.form.instance._meta.get_field(self.name).flatchoices).get(value, value))
        elif isinstance(value, bool):
            names = gettext("yes") if value else gettext("no")
        else:
            names = format_local(value) if isinstance(value, datetime) else str(localize(value))
        return "–" if value in (None, "") else names or "–"

    @property
    def _is_told(self) -> bool:
        return self.form.is_told and not self.field.disabled

    @property
    def _shown(self) -> Any:
        return self.form._widget_data_value(self.field.hidden_widget(), self.html_initial_name)

    @property
    def _standing(self) -> Any:
        """What stands there now, as if it had been typed."""
        widget = self.field.widget
        if isinstance(widget, forms.MultiWidget):
            return widget.decompress(self.initial)
        return self.field.prepare_value(self.initial)

    def _has_changed(self) -> bool:
        return not self.left_alone and self.field.has_changed(self.initial, self.data)

    def _differ(self, first: Any, second: Any) -> bool:
        try:
            return self.field.has_changed(self.field.to_python(_one_way(first)), _one_way(second))
        except ValidationError:  # a row that is gone, say: the field will say so itself
            return True


def _one_way(typed: Any) -> Any:
    """Browsers end lines in their own way."""
    return typed.replace("\r\n", "\n") if isinstance(typed, str) else typed


class ConflictCheckingForm(forms.ModelForm):
    """A form of a row that others may be changing. Sent by what shows no page (a script), it knows of no one else."""

    bound_field_class = TrackedBoundField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_there = not self.instance._state.adding
        self.is_told = is_there and any(self.add_initial_prefix(name) in self.data for name in self._sent_along())
        for field in self.fields.values():
            field.show_hidden_initial = is_there and not field.disabled

    def full_clean(self) -> None:
        super().full_clean()
        for field in self if self.is_bound else ():
            assert isinstance(field, TrackedBoundField)
            if field.overtaken:
                self.add_error(field.name, self._told(field))

    def _sent_along(self) -> list[str]:
        """The names under which a page sends what it showed: days and times come as two fields."""
        return [each for name in self.fields for each in (name, f"{name}_0")]

    def _told(self, field: TrackedBoundField) -> str:
        who = _who_changed(self.instance, field)
        told = {"now": field.in_words(), "who": who}
        if who is None:
            return nest_quotes(
                gettext("Someone else has changed this to “%(now)s”. Save again to keep your value.") % told
            )
        return nest_quotes(gettext("%(who)s has changed this to “%(now)s”. Save again to keep your value.") % told)


def _who_changed(row: Any, field: TrackedBoundField) -> Any:
    """Who made the field what it is; None where its history does not say (see `cinema.history`)."""
    kept = {each.name for each in row.history.model.tracked_fields} if hasattr(row, "history") else set()
    if field.name not in kept:
        return None
    who, attname = None, row._meta.get_field(field.name).attname
    for record in row.history.select_related("history_user").order_by("-history_id")[:LOOKED_THROUGH]:
        if getattr(record, attname) != field.initial:
            break
        who = record.history_user
    return who
