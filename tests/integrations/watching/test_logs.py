import json
import logging

import pytest
from django.http import HttpResponse
from django.test import Client

from cinema.logs import MaskSecrets
from integrations.watching.logs import JsonFormatter, RequestId


def record(message: str, **given: object) -> logging.LogRecord:
    made = logging.LogRecord("orders", logging.WARNING, "file.py", 1, message, (), None)
    vars(made).update(given)
    return made


def test_a_line_is_an_object_and_its_secrets_are_masked() -> None:
    made = record("Mail to anna@example.org about /order/abcdef123/ «quoted»")
    MaskSecrets().filter(made)

    line = json.loads(JsonFormatter().format(made))

    assert line["message"] == "Mail to *** about /order/***/ «quoted»"
    assert (line["level"], line["logger"], "request_id" in line) == ("WARNING", "orders", False)


def test_lines_of_a_request_have_its_number(rf) -> None:
    lines = []

    def view(_request):
        lines.append(json.loads(JsonFormatter().format(record("Here"))))
        return HttpResponse()

    answer = RequestId(view)(rf.get("/", headers={"X-Request-ID": "proxy-0123456789"}))

    assert lines[0]["request_id"] == answer["X-Request-ID"] == "proxy-0123456789"


@pytest.mark.django_db
def test_what_django_says_of_a_refused_request_has_its_number(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="django.request"):
        Client().get("/nothing-here/", headers={"X-Request-ID": "proxy-0123456789"})

    assert json.loads(JsonFormatter().format(caplog.records[-1]))["request_id"] == "proxy-0123456789"


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "short", "with space in it", "x" * 65])
def test_a_number_that_is_none_is_replaced(given: str) -> None:
    number = Client().get("/robots.txt", headers={"X-Request-ID": given})["X-Request-ID"]

    assert len(number) == 32
