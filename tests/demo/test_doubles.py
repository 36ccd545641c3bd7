"""The doubles of the demonstration answer the real clients."""

from typing import Any

import pytest
from django.test import Client

from demo import doubles
from demo.connections import create_marketing_list
from integrations.models import MarketingList
from payments.models import LegalEntity
from tests.helpers.factories import NOON


@pytest.fixture(autouse=True)
def _forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doubles, "_contacts", {})
    doubles._texts.clear()


def post(path: str, **data: str) -> Any:
    return Client().post(f"/webhooks/{path}", data).json()


def test_texts_to_phones_are_shown_and_arrive() -> None:
    sent = post("demo-sms/sms/send", to="79161234567", msg="Hello")["sms"]["79161234567"]
    arrived = post("demo-sms/sms/status", sms_id=sent["sms_id"])["sms"][sent["sms_id"]]

    assert Client().get("/webhooks/demo-sms/").content == b"+79161234567  Hello"
    assert (sent["status_code"], arrived["status_code"]) == (100, 103)


def test_whoever_is_on_the_list_can_unsubscribe_and_be_deleted() -> None:
    rows = {"field_names[1]": "email_list_ids", "data[0][0]": "anna@example.org", "data[1][0]": "boris@example.org"}
    post("demo-newsletters/importContacts", **rows)
    Client().post("/webhooks/demo-newsletters/", {"email": "anna@example.org"})
    left = post("demo-newsletters/exportContacts")["result"]["data"]
    post("demo-newsletters/importContacts", **{"field_names[1]": "delete", "data[0][0]": "anna@example.org"})

    assert left == [["anna@example.org", "unsubscribed"]]
    assert b"boris@example.org (new)" in Client().get("/webhooks/demo-newsletters/").content
    assert doubles._contacts.keys() == {"boris@example.org"}


@pytest.mark.django_db
def test_the_demonstration_has_one_marketing_list() -> None:
    LegalEntity.objects.create(name="Aurora LLC", tax_number="7707083893", tax_system="GENERAL")

    for _ in range(2):
        create_marketing_list(at=NOON)

    assert not MarketingList.objects.get().is_forbidden
