"""No form of the shop or the admin takes a text that is longer than its column: PostgreSQL would answer with an error.

The forms are found by introspection, so that one that is added tomorrow is covered.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import get_resolver

from accounts.models import User
from tests.helpers.users import someone

OURS = ("storefront.", "backoffice.")
#: Fields of plain forms, and the columns in which their values end.
COLUMNS = {
    "username": "accounts.User.email",
    "promocode": "orders.Promocode.code",
    "reason": "orders.OrderEvent.reason",
    "why": "accounts.Approval.why",
    "email": "orders.Order.email",
    "phone": "orders.Order.phone",
}
#: Compared, never stored: Django gives the name its column's limit when the form is made, and hashes passwords. So is
#: `previewed`, which repeats what the form was sent with.
PASSWORDS = {f"OwnPasswordForm.{name}_password{which}" for name, which in (("old", ""), ("new", 1), ("new", 2))}
NOT_STORED = {"LogInForm.username", "LogInForm.password", *PASSWORDS}


def load_every_form() -> None:
    get_resolver()._populate()  # type: ignore[no-untyped-call]
    for room in OURS:
        for path in sorted((settings.BASE_DIR / room.rstrip(".")).rglob("*.py")):
            name = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
            if "forms" in path.read_text() and "migrations" not in name:
                import_module(name.removesuffix(".__init__"))


def subclasses(form: type) -> Iterator[type[forms.BaseForm]]:
    for each in form.__subclasses__():
        yield each
        yield from subclasses(each)


def plain_forms() -> list[type[forms.BaseForm]]:
    load_every_form()
    found = {form for form in subclasses(forms.Form) if form.__module__.startswith(OURS)}
    return sorted(found, key=lambda form: (form.__module__, form.__qualname__))


def texts(fields: dict[str, forms.Field]) -> dict[str, Any]:
    """The fields that take a text; an e-mail address is one, too."""
    return {name: field for name, field in fields.items() if isinstance(field, forms.CharField)}


def column(path: str) -> Any:
    app, model, name = path.split(".")
    return apps.get_model(app, model)._meta.get_field(name)


def test_every_text_of_a_plain_form_has_a_limit() -> None:
    found = {(form, name): field for form in plain_forms() for name, field in texts(form.base_fields).items()}  # type: ignore[attr-defined]

    unlimited = {f"{form.__qualname__}.{name}" for (form, name), field in found.items() if field.max_length is None}
    assert {each for each in unlimited if not each.endswith(".previewed")} == NOT_STORED
    assert len(found) > 15  # the introspection finds them


def test_texts_of_plain_forms_are_no_longer_than_their_columns() -> None:
    too_long = [
        f"{form.__qualname__}.{name}"
        for form in plain_forms()
        for name, field in texts(form.base_fields).items()  # type: ignore[attr-defined]
        if name in COLUMNS and field.max_length is not None and field.max_length > column(COLUMNS[name]).max_length
    ]

    assert too_long == []


def model_forms() -> Iterator[tuple[str, Any]]:
    load_every_form()
    for form in subclasses(forms.ModelForm):
        if form.__module__.startswith(OURS) and form._meta.model is not None:  # type: ignore[attr-defined]
            yield form.__qualname__, form
    request = RequestFactory().get("/admin/")
    request.user = User(pk=1, is_active=True, is_staff=True, is_superuser=True, all_cinemas=True)
    for page in admin.site._registry.values():
        if page.model.__module__.partition(".")[0] not in {"django", "django_otp", "axes"}:
            if page.has_add_permission(request):
                yield f"{page} (add)", page.get_form(request, None)
            if page.has_change_permission(request):
                yield f"{page} (change)", page.get_form(request, page.model(pk=1), change=True)


@pytest.mark.django_db
def test_texts_of_model_forms_are_no_longer_than_their_columns() -> None:
    checked, too_long = 0, []
    for name, form in model_forms():
        columns = {each.name: each for each in form._meta.model._meta.get_fields() if hasattr(each, "max_length")}
        for field_name, field in texts(form.base_fields).items():
            most = getattr(columns.get(field_name), "max_length", None)
            checked += most is not None
            if most is not None and (field.max_length is None or field.max_length > most):
                too_long.append(f"{name}: {field_name}")

    assert too_long == []
    assert checked > 20


LONG = {
    "/find/": {"number": "K" * 300, "email": "a" * 300 + "@example.org"},
    "/account/sign-in/": {"username": "a" * 300 + "@example.org", "password": "x" * 300},
    "/account/sign-in/link/": {"email": "a" * 245 + "@example.org", "next": "/" + "x" * 3000},
    "/admin/login/": {"username": "a" * 300 + "@example.org", "password": "x" * 5000, "otp_token": "1" * 300},
}


@pytest.mark.parametrize("address", LONG)
@pytest.mark.django_db
def test_very_long_texts_are_answered_without_an_error(client: Client, address: str) -> None:
    assert client.post(address, LONG[address]).status_code in {200, 302, 400}


@pytest.mark.django_db
def test_an_address_as_long_as_its_column_is_taken_everywhere(client: Client) -> None:
    longest = "a" * (254 - len("@example.org")) + "@example.org"

    assert client.post("/account/sign-in/link/", {"email": longest}).status_code == 200
    assert client.post("/find/", {"number": "K" * 8, "email": longest}).status_code == 200
    assert someone("usher", email=longest).email == longest
