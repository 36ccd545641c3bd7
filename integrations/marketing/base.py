"""What the clients of partners share: their interface, one session with time-outs, and what counts as no answer."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar

import requests
from django.conf import settings


class NoAnswer(Exception):
    """It is not known whether the partner did what it was asked."""


class Denied(Exception):
    """The partner does not accept the key, or knows no such list: nothing was done."""


class ListPartner(ABC):
    """One list at a partner. Each method may be repeated: what was done already is done.

    `add`, `remove` and `erase` return what the partner said of addresses that it refused for good; they raise
    `NoAnswer` or `Denied`. None of them ever subscribes anybody who has unsubscribed there.
    """

    address: ClassVar[str]
    at_once: ClassVar[int] = 500  # addresses in one call of `add`

    def __init__(self, *, key: str, list_id: str) -> None:
        self._key, self._list, self._session = key, list_id, requests.Session()

    @abstractmethod
    def add(self, addresses: Collection[str], *, back: Collection[str]) -> Mapping[str, str]:
        """Put them on the list; those of `back` were on it before, and we have removed them."""

    @abstractmethod
    def remove(self, addresses: Collection[str]) -> Mapping[str, str]:
        """Take them off the list. That is not to unsubscribe them: they may come back."""

    @abstractmethod
    def erase(self, addresses: Collection[str]) -> Mapping[str, str]:
        """Delete all that the partner knows of them."""

    @abstractmethod
    def unsubscribed(self, since: datetime | None) -> set[str]:
        """Who has unsubscribed there since then, or ever."""

    def close(self) -> None:
        self._session.close()

    def call(self, method: str, path: str, *, good: Collection[int] = (), **request: Any) -> Any:
        """The JSON of the answer. Statuses of `good` are as good as 2xx."""
        address = settings.MARKETING_API.get(type(self).__name__) or self.address
        try:
            answer = self._session.request(
                method, address + path, timeout=settings.MARKETING_TIMEOUT, allow_redirects=False, **request
            )
        except requests.RequestException:
            raise NoAnswer("no connection") from None  # its text may have the key in it
        status = answer.status_code
        # Too many at a time is sometimes answered by a bare 403.
        if status == 429 or status >= 500 or (status == 403 and not answer.content):
            raise NoAnswer(str(status))
        if status in (401, 403):
            raise Denied(str(status))
        if status in good or (status < 300 and not answer.content):
            return {}
        try:
            content = answer.json()
        except ValueError:
            raise NoAnswer(f"{status} without JSON") from None
        if status == 404:
            raise Denied("404: no such list")
        if status >= 300:
            raise NoAnswer(f"{status}")  # the request as a whole: nobody of it is refused for that
        return content
