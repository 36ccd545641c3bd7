"""Hostile URLs and form values get a proper answer, never a server error."""

from urllib.parse import quote

import pytest
from django.test import Client

from tests.helpers import factories

pytestmark = pytest.mark.django_db

HOSTILE = ["a\x00b", "\u202e", "9" * 40, "9" * 5000, "-1", "' OR 1=1 --", "<script>", "x" * 3000]
ADDRESSES = [
    "/order/{}/",
    "/order/{}/refund/",
    "/order/{}/tickets.ics",
    "/account/link/{}/",
    "/account/sign-in/?next={}",
    "/find/?number={}",
    "/films/{}/",
    "/sessions/{}/",
    "/sessions/{}/session.ics",
    "/sessions/{session}/?seat={}",
    "/sessions/{session}/checkout/?seat={}",
    "/?day={}",
    "/?cinema={}&day=week",
    "/demo-bank/{}/",
]
FORMS = {
    "/find/": ["number", "email"],
    "/account/sign-in/": ["email", "username", "password"],
    "/account/sign-in/link/": ["email"],
    "/language/": ["language", "next"],
}


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_urls_cause_no_server_error(client: Client, value: str) -> None:
    session = factories.a_session().pk
    asked = {each: each.format(quote(value, safe=""), session=session) for each in ADDRESSES}

    answers = {address: client.get(path).status_code for address, path in asked.items()}

    assert {address: status for address, status in answers.items() if status >= 500} == {}


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_form_values_cause_no_server_error(client: Client, value: str) -> None:
    answers = {form: client.post(form, dict.fromkeys(fields, value)).status_code for form, fields in FORMS.items()}

    assert {form: status for form, status in answers.items() if status >= 500} == {}
