"""An e-mail backend that survives the death of its process: each accepted message is a line in a file."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

from tests.reliability.crash_points import pass_crash_point


class Backend(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        for message in email_messages:
            pass_crash_point()
            with _file().open("a") as mailbox:
                mailbox.write(message.extra_headers["Message-ID"] + "\n")
            pass_crash_point()
        return len(email_messages)


def delivered() -> Counter[str]:
    """How often each Message-ID was delivered."""
    return Counter(_file().read_text().split())


def clear() -> None:
    _file().write_text("")


def _file() -> Path:
    return Path(settings.EMAIL_FILE_PATH) / "mailbox"
