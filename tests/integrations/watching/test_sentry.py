"""Errors are reported, and nothing personal leaves with them."""

import gzip
import json
import os
import subprocess
import sys

import pytest

from tests.helpers.fakes import loopback

CODE = """
import logging, django
django.setup()
from integrations.watching.logs import RequestId

def view(request):
    card, viewer = "4111111111111111", "anna@example.org"
    try:
        raise ValueError(f"No order for {viewer} at /order/abcdef0123456789/")
    except ValueError:
        logging.getLogger("django.request").exception("Failed: %s", viewer, extra={"request": request})
    logging.getLogger("orders").warning("Only a warning")

from django.test import RequestFactory
request = RequestFactory().post("/account/?q=secretquery", {"phone": "+79161234567"}, headers={
    "X-Request-ID": "proxy-0123456789", "Cookie": "sessionid=secretcookie"})
try:
    RequestId(view)(request)
except AttributeError:
    pass
"""


@pytest.mark.slow
def test_an_error_is_reported_without_anything_personal() -> None:
    sent: list[bytes] = []

    class Sentry(loopback.Handler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sent.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send(200)

    with loopback.serving(Sentry) as url:
        given = {"SENTRY_DSN": url.replace("//", "//key@") + "/1", "SENTRY_ENVIRONMENT": "tests"}
        subprocess.run([sys.executable, "-c", CODE], env={**os.environ, **given}, check=True, capture_output=True)

    (envelope,) = sent
    event = json.loads(envelope.splitlines()[2])
    assert event["message"] == "Failed: ***"
    assert event["tags"] == {"request_id": "proxy-0123456789"}
    assert event["environment"] == "tests"
    assert event["exception"]["values"][0]["value"] == "No order for *** at /order/***/"
    assert event["exception"]["values"][0]["stacktrace"]["frames"][-1]["function"] == "view"
    text = envelope.decode()
    for personal in ("anna", "example.org", "4111", "7916", "secret", "abcdef0123456789", "cookie", "Only a warning"):
        assert personal not in text
