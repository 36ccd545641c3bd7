"""Detects concurrent edits, so that saving a form never silently overwrites a colleague's change.

    class FilmAdmin(ModelAdmin):
        form = ConflictCheckingForm

The form sends the initial values along with the entered ones. A field that the user has not changed keeps its current
value in the database. A field that both the user and someone else have changed is refused once, with the current value;
the form keeps what was entered, and saving it again overwrites. The view locks the row (`row_lock`) before it reads it.
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

from backoffice.framework.fields import WeekdaysField, weekday_names
from backoffice.framework.guillemets import nest_guillemets
from cinema.local_time import format_local

MAX_RECORDS_SEARCHED = 20  # history records of a row, to find who changed a field


@contextmanager
def row_lock(row: Model) -> Iterator[None]:
    """Lock the row for an atomic block: others who save or delete it wait, and then read the result."""
    with transaction.atomic():
        # Without the model's ordering: one that joins a nullable relation cannot be locked on PostgreSQL.
        only_this_row = type(row)._base_manager.filter(pk=row.pk).order_by()
        list(only_this_row.select_for_update(no_key=True).values_list("pk"))
        yield


class TrackedBoundField(BoundField):
    """A field with the value that the user was shown, besides the entered value and the current one (`initial`).

    The shown value comes back in Django's own hidden field: see `show_hidden_initial`.
    """

    form: Any  # a `ConflictCheckingForm`

    @property
    def data(self) -> Any:
        return self._current if self.is_unchanged else super().data

    @cached_property
    def is_unchanged(self) -> bool:
        return self._has_shown_value and not self._differs(self._shown, super().data)

    @cached_property
    def has_conflict(self) -> bool:
        """Whether the user and someone else have changed the field to different values."""
        changed = self._has_shown_value and self._has_changed()
        return changed and self._differs(self._current, self._shown)

    def as_hidden(self, attrs: Any = None, *, only_initial: bool = False, **kwargs: Any) -> Any:
        """Resend the current database value as the "initial" one; the user has now seen it."""
        if not only_initial:
            return super().as_hidden(attrs, **kwargs)
        value, attrs = self.field.prepare_value(self.initial), {"id": self.html_initial_id}
        return self.field.hidden_widget().render(self.html_initial_name, value, attrs, self.form.renderer)

    def current_value_text(self) -> str:
        """The current value for people; “–” if it is empty."""
        value, field = self.initial, self.field
        if isinstance(field, forms.ModelMultipleChoiceField):
            text = ", ".join(sorted(field.label_from_instance(each) for each in value or ()))
        elif isinstance(field, forms.ModelChoiceField):
            row = field.queryset.filter(pk=value).first()  # type: ignore[union-attr]
            text = field.label_from_instance(row) if row else ""
        elif isinstance(field, WeekdaysField):
            text = weekday_names(value)
        elif isinstance(field, forms.ChoiceField):
            text = str(dict(self.form.instance._meta.get_field(self.name).flatchoices).get(value, value))
        elif isinstance(value, bool):
            text = gettext("yes") if value else gettext("no")
        else:
            text = format_local(value) if isinstance(value, datetime) else str(localize(value))
        return "–" if value in (None, "") else text or "–"

    @property
    def _has_shown_value(self) -> bool:
        return self.form.has_shown_values and self.field.show_hidden_initial

    @property
    def _shown(self) -> Any:
        return self.form._widget_data_value(self.field.hidden_widget(), self.html_initial_name)

    @property
    def _current(self) -> Any:
        """The current value in the form in which a user would have entered it."""
        widget = self.field.widget
        if isinstance(widget, forms.MultiWidget):
            return widget.decompress(self.initial)
        return self.field.prepare_value(self.initial)

    def _has_changed(self) -> bool:
        return not self.is_unchanged and self.field.has_changed(self.initial, self.data)

    def _differs(self, first: Any, second: Any) -> bool:
        try:
            return self.field.has_changed(self.field.to_python(_normalize_newlines(first)), _normalize_newlines(second))
        except ValidationError:  # such as a deleted row; the field reports that itself
            return True


def _normalize_newlines(value: Any) -> Any:
    """Browsers send line breaks as CRLF."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


class ConflictCheckingForm(forms.ModelForm):
    """A form that refuses conflicting edits. A request without the initial values, from a script, is not checked."""

    bound_field_class = TrackedBoundField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        exists = not self.instance._state.adding
        self.has_shown_values = exists and any(
            self.add_initial_prefix(name) in self.data for name in self._initial_names()
        )
        stored = {field.name for field in self.instance._meta.get_fields()}
        for name, field in self.fields.items():
            # A secret stays on the server, so it is not checked for conflicts.
            is_secret = isinstance(field.widget, forms.PasswordInput)
            field.show_hidden_initial = exists and not field.disabled and name in stored and not is_secret

    def full_clean(self) -> None:
        super().full_clean()
        for field in self if self.is_bound else ():
            assert isinstance(field, TrackedBoundField)
            if field.has_conflict:
                self.add_error(field.name, self._conflict_message(field))

    def _initial_names(self) -> list[str]:
        """The names under which a form sends initial values; a date with a time consists of two fields."""
        return [each for name in self.fields for each in (name, f"{name}_0")]

    def _conflict_message(self, field: TrackedBoundField) -> str:
        who = _who_changed(self.instance, field)
        params = {"now": field.current_value_text(), "who": who}
        if who is None:
            message = gettext("Someone else has changed this to “%(now)s”. Save again to keep your value.")
        else:
            message = gettext("%(who)s has changed this to “%(now)s”. Save again to keep your value.")
        return nest_guillemets(message % params)


def _who_changed(row: Any, field: TrackedBoundField) -> Any:
    """The user who set the field to its current value; None if the history does not say (see `cinema.history`)."""
    tracked = {each.name for each in row.history.model.tracked_fields} if hasattr(row, "history") else set()
    if field.name not in tracked:
        return None
    who, attname = None, row._meta.get_field(field.name).attname
    for record in row.history.select_related("history_user").order_by("-history_id")[:MAX_RECORDS_SEARCHED]:
        if getattr(record, attname) != field.initial:
            break
        who = record.history_user
    return who
