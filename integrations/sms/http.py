"""What the clients of SMS providers share: one session, time-outs, and what counts as no answer."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import requests
from django.conf import settings


class NoAnswer(Exception):
    """It is not known whether the provider did what it was asked."""


class Http:
    def __init__(self, address: str) -> None:
        self._address, self._session = (settings.SMS_API or address).rstrip("/"), requests.Session()

    def call(
        self, path: str, data: Mapping[str, Any] | None = None, *, auth: tuple[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """The status and the JSON of the answer; a GET without `data`. Raises `NoAnswer`."""
        try:
            answer = self._session.request(
                "GET" if data is None else "POST",
                self._address + path,
                data=data,
                auth=auth,
                timeout=settings.SMS_TIMEOUT,
                allow_redirects=False,
            )
            content = answer.json()
        except (requests.RequestException, ValueError):
            raise NoAnswer from None  # its text has the address, with keys in it
        if answer.status_code == 429 or answer.status_code >= 500 or not isinstance(content, dict):
            raise NoAnswer
        return answer.status_code, content

    def close(self) -> None:
        self._session.close()


def amount(text: Any) -> Decimal | None:
    """The cost in an answer, without its sign; None if there is none yet."""
    try:
        return None if text in (None, "") else abs(Decimal(str(text)))
    except InvalidOperation:
        return None


def digits(phone: str) -> str:
    return phone.removeprefix("+")
