"""One person's phone number is one value, however it is typed, on both databases."""

import json
import re
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import TextField, Value
from django.db.models.functions import Cast
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.phones import (
    PhoneFormField,
    international,
    is_of,
    rewrite_stored,
    rough_spellings,
    spellings,
    stored_form,
)
from backoffice.orders.code_lookup import found_by
from customers.services import Customer
from notifications.models import MessageKind, Notification
from orders.models import Order
from storefront.forms import ProfileForm
from tests.helpers import factories

NUMBER = "+79161234567"
TYPED = [
    "+7 (916) 123-45-67",
    "8 916 123 45 67",
    "79161234567",
    "89161234567",
    "9161234567",
    " +7.916.123.45.67 ",
    "8 916 123\N{EN DASH}45\N{EN DASH}67",
    "8 916 123\N{MINUS SIGN}45\N{MINUS SIGN}67",
    "8 916 123\N{NON-BREAKING HYPHEN}45\N{FIGURE DASH}67",
    "+7\N{NO-BREAK SPACE}916\N{NARROW NO-BREAK SPACE}123\N{THIN SPACE}45\N{ZERO WIDTH SPACE}67",
    "\N{LEFT-TO-RIGHT EMBEDDING}+79161234567\N{POP DIRECTIONAL FORMATTING}",
    "\N{FULLWIDTH PLUS SIGN}７\N{FULLWIDTH LEFT PARENTHESIS}９１６\N{FULLWIDTH RIGHT PARENTHESIS}１２３４５６７",
    "+٧٩١٦١٢٣٤٥٦٧",
    "tel:+79161234567",
    "Tel: 8 (916) 123-45-67;",
]


@pytest.mark.parametrize("typed", [*TYPED, NUMBER])
def test_every_spelling_of_a_number_is_one_value(typed: str) -> None:
    assert international(typed) == NUMBER


@pytest.mark.parametrize(
    "typed", ["", "12", "916-FLOWERS", "anna@example.org", "+7 916 123", "123-45-67", "0" * 32, "\u200b"]
)
def test_what_is_no_number_is_none(typed: str) -> None:
    assert international(typed) is None
    assert stored_form(f" {typed} ") == typed


@pytest.mark.parametrize("typed", ["8 916 123 45 6", "+78916123456", "+7 000 123-45-67"])
def test_a_number_that_is_not_valid_is_refused_and_one_that_was_stored_is_found(typed: str) -> None:
    assert international(typed) is None
    with pytest.raises(ValidationError, match="Enter a phone number"):
        PhoneFormField().clean(typed)

    stored = stored_form(typed)
    assert (stored, stored_form(stored)) == (f"+7{stored[2:]}", stored)
    assert spellings(stored)


def test_numbers_of_other_countries_keep_their_country(settings: Any) -> None:
    assert international("+49 30 901820") == "+4930901820"

    settings.PHONE_REGION = "KZ"

    assert international("8 701 123 45 67") == "+77011234567"


@pytest.mark.parametrize(
    ("number", "regions", "expected"),
    [
        ("+79161234567", ["RU"], True),
        ("+77011234567", ["RU"], False),  # of Kazakhstan
        ("+77011234567", ["RU", "KZ"], True),
        ("+12125551234", ["US"], True),
        ("+18765551234", ["US"], False),  # of Jamaica
        ("+19005551234", ["US"], False),  # of a service that callers pay for
        ("anybody", ["RU"], False),
    ],
)
def test_a_number_is_of_one_region_also_where_several_share_a_country_code(
    number: str, regions: list[str], expected: bool
) -> None:
    assert is_of(number, regions) is expected


def test_a_form_refuses_what_is_no_number() -> None:
    field = PhoneFormField(required=False)

    assert [field.clean(typed) for typed in ("8 916 123-45-67", "")] == [NUMBER, ""]
    with pytest.raises(ValidationError):
        field.clean("after six")


@pytest.mark.django_db
def test_a_form_keeps_a_number_that_was_stored_before_it_was_checked() -> None:
    user = User.objects.create_user("anna@example.org", phone="8 916 123 45 6")

    def errors_of(phone: str) -> Any:
        given = {"first_name": "Anna", "phone": phone, "preferred_language": "en"}
        return ProfileForm(given, instance=User.objects.get(pk=user.pk)).errors

    assert not errors_of(user.phone)
    assert not errors_of("8 (916) 123-45-6")
    assert list(errors_of("8 916 123 45 7")) == ["phone"]


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.django_db
def test_spellings_are_found_in_texts_by_python_and_by_the_database(typed: str) -> None:
    pattern, rough = spellings(NUMBER), rough_spellings(NUMBER)
    assert pattern
    text = f"Called {typed.strip().strip(';')}: no answer."
    in_json = json.dumps(f"Called\N{EM DASH}{typed.strip()}: no answer.")
    rows = User.objects.annotate(text=Cast(Value(text), TextField()), in_json=Cast(Value(in_json), TextField()))
    User.objects.create_user("anna@example.org")

    left = re.sub(pattern, "…", text)
    assert left.removesuffix(": no answer.") in {"Called …", "Called tel:…", "Called Tel: …"} | {
        f"Called {mark}…{end}" for mark in ("", "\u202a") for end in ("", "\u202c")
    }
    assert rows.filter(text__regex=rough).count() == 1
    assert rows.filter(in_json__regex=rough).count() == 1


def test_other_numbers_are_left_in_texts() -> None:
    pattern = spellings(NUMBER)
    assert pattern

    assert not re.search(pattern, "Called 8 916 123 45 68, order 1239161234567, 91612345678")
    assert spellings("anna@example.org") is None


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.django_db
def test_a_stored_number_is_looked_up_by_every_spelling(typed: str) -> None:
    user = User.objects.create_user("anna@example.org", phone="8 (916) 123 45 67")
    order = factories.an_order(email="", phone="8-916-123-45-67")

    assert (user.phone, order.phone) == (NUMBER, NUMBER)
    assert User.objects.get(phone=typed) == user
    assert found_by(Order.objects.all(), typed).get() == order
    assert Customer.known_by(typed).orders().get() == order
    User.objects.update(phone=typed)
    user.refresh_from_db()
    assert user.phone == NUMBER


@pytest.mark.django_db
def test_numbers_stored_before_are_rewritten_in_batches_of_two_queries() -> None:
    spelled = ["8 916 123 45 67", NUMBER, "call after six", "", "+7 (916) 123-45-67"]
    for number, phone in enumerate(spelled):
        User.objects.create_user(f"viewer{number}@example.org")
        store_as_it_is(User, phone, email=f"viewer{number}@example.org")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        rewrite_stored(User.objects.all(), "phone", batch_size=2)

    assert list(User.objects.order_by("pk").values_list("phone", flat=True)) == [
        NUMBER,
        NUMBER,
        "call after six",
        "",
        NUMBER,
    ]
    writes = [query for query in queries if query["sql"].startswith("UPDATE")]
    assert len(writes) == 2  # the first batch and the second


@pytest.mark.django_db
def test_migrations_bring_the_spellings_that_are_newly_understood_to_one_form() -> None:
    spelled = "8 916 123\N{EN DASH}45\N{EN DASH}67"
    User.objects.create_user("anna@example.org", phone=NUMBER)
    order = factories.an_order(email="", phone=NUMBER)
    store_as_it_is(User, spelled, email="anna@example.org")
    store_as_it_is(Order, spelled, pk=order.pk)
    assert not Order.objects.filter(phone=NUMBER).exists()

    for migration in ("accounts.migrations.0010_more_phones", "orders.migrations.0015_more_phones"):
        import_module(migration).rewrite(apps, SimpleNamespace(connection=connection))

    assert User.objects.get(phone=NUMBER).phone == NUMBER
    assert Customer.known_by(spelled).orders().get() == order


@pytest.mark.django_db
def test_messages_follow_their_orders_and_nobody_is_told_twice() -> None:
    told = [("8 916 123 45 67", "A 1"), (NUMBER, "A 1"), ("8 916 123 45 67", "B 1"), ("+7 (916) 1234567", "B 1")]
    told.append(("anna@example.org", "C 1"))
    for recipient, occasion in told:
        Notification.objects.create(
            kind=MessageKind.ORDER_OVERDUE,
            recipient=recipient,
            occasion=occasion,
            language="en",
            created_at=factories.NOON,
            next_attempt_at=factories.NOON,
        )

    migration = import_module("notifications.migrations.0005_phones")
    migration.rewrite(apps, SimpleNamespace(connection=connection))

    assert list(Notification.objects.order_by("pk").values_list("recipient", "occasion")) == [
        ("8 916 123 45 67", "A 1"),
        (NUMBER, "A 1"),
        (NUMBER, "B 1"),
        ("+7 (916) 1234567", "B 1"),
        ("anna@example.org", "C 1"),
    ]


def store_as_it_is(model: Any, phone: str, **of: str) -> None:
    """Store a number as it was stored before it had a form of its own."""
    row = model.objects.get(**of)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET phone = %s WHERE id = %s", [phone, row.pk])
