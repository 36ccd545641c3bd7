"""Exits with 0 if the site on this machine answers /healthz with 200, and with 1 if not."""

import http.client
import os
import sys

connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=5)
try:
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    text = answer.read().decode()
except OSError as error:
    sys.exit(f"no answer: {error}")
sys.exit(None if answer.status == 200 else f"/healthz answered {answer.status}: {text}")
