import pytest
from django.test import Client

from accounts.permissions_policy import POLICY

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/admin/login/", "/nothing/", "/healthz", "/robots.txt", "/webhooks/nothing/"])
def test_every_answer_switches_off_what_no_page_uses(client: Client, path: str) -> None:
    assert client.get(path)["Permissions-Policy"] == POLICY


def test_an_unexpected_error_has_the_header_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storefront.views.programme.programme.showings", lambda **_given: 1 / 0)

    answer = Client(raise_request_exception=False).get("/")

    assert (answer.status_code, answer["Permissions-Policy"]) == (500, POLICY)
