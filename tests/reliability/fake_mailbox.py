"""A mail server that outlives its callers: what it was given is a line in a file, whoever is killed afterwards."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

from tests.reliability.crash_points import passing


class Backend(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        for message in email_messages:
            passing()
            with _file().open("a") as mailbox:
                mailbox.write(message.extra_headers["Message-ID"] + "\n")
            passing()
        return len(email_messages)


def arrived() -> Counter[str]:
    """How often each Message-ID arrived."""
    return Counter(_file().read_text().split())


def empty() -> None:
    _file().write_text("")


def _file() -> Path:
    return Path(settings.EMAIL_FILE_PATH) / "mailbox"
