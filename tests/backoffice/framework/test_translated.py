"""Texts in further languages, typed beside each other, by people and not by files."""

from typing import Any

import pytest
from django.forms import modelform_factory

from backoffice.framework.translated import OTHERS, texts_form
from screenings.models import TicketType
from tests.helpers.pages.admin_pages import admin_url
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def save(client: Any, row: TicketType, **typed: str) -> Any:
    form = client.get(admin_url(row)).context_data["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in shown.items() if value not in (None, False)}
    return client.post(admin_url(row), {**sent, **typed})


def test_a_text_is_saved_in_its_language_and_is_in_the_history() -> None:
    row = TicketType.objects.create(name="Adult")
    owner = browser(someone("owner", all_cinemas=True))

    answer = save(owner, row, name_de="Erwachsene", name_ru="Взрослый")

    assert answer.status_code == 302, answer.context_data["errors"]
    row.refresh_from_db()
    assert row.texts == {"ru": {"name": "Взрослый"}, "de": {"name": "Erwachsene"}}
    assert TicketType.history.filter(id=row.pk).first().texts == row.texts

    save(owner, row, name_de="")

    row.refresh_from_db()
    assert row.texts == {"ru": {"name": "Взрослый"}}


def test_a_form_that_was_filled_by_a_file_leaves_the_texts_alone() -> None:
    row = TicketType.objects.create(name="Adult", texts={"de": {"name": "Erwachsene"}})
    data = {"name": "Adults"}

    form = modelform_factory(TicketType, form=texts_form(TicketType), fields=["name"])(data, instance=row)

    assert form.is_valid(), form.errors
    assert form.save().texts == {"de": {"name": "Erwachsene"}}


def test_whoever_may_only_look_sees_no_fields_to_type_in() -> None:
    row = TicketType.objects.create(name="Adult", texts={"de": {"name": "Erwachsene"}})

    page = browser(someone("accountant", all_cinemas=True)).get(admin_url(row))

    assert page.status_code in (200, 403)
    assert f'name="name_{OTHERS[0]}"' not in page.text
