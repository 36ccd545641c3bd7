"""Mailchimp: answers 200 although it refused some of a batch. A member is known by the hash of the address."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from integrations.marketing.base import Denied, ListPartner
from integrations.models.marketing import MAILCHIMP_KEY

PAGE = 1000
KNOWN = "ERROR_CONTACT_EXISTS"  # on the list already, or unsubscribed: neither is to be changed


class Mailchimp(ListPartner):
    address = ""

    def __init__(self, *, key: str, list_id: str) -> None:
        super().__init__(key=key, list_id=list_id)
        if known := MAILCHIMP_KEY.fullmatch(key):
            self.address = f"https://{known['data_centre']}.api.mailchimp.com/3.0"  # type: ignore[misc] # by the account

    def add(self, addresses: Collection[str], *, back: Collection[str]) -> Mapping[str, str]:
        for each in back:  # whom we have archived is not new to it
            if self._call("GET", self._member(each), good=[404]).get("status", "archived") == "archived":
                self._call("PUT", self._member(each), json={"email_address": each, "status": "subscribed"})
        fresh = [{"email_address": each, "status": "subscribed"} for each in addresses if each not in back]
        if not fresh:
            return {}
        answer = self._call("POST", f"/lists/{self._list}", json={"members": fresh, "update_existing": False})
        return {
            each["email_address"]: str(each.get("error_code") or "refused")
            for each in answer.get("errors") or []
            if each.get("error_code") != KNOWN
        }

    def remove(self, addresses: Collection[str]) -> Mapping[str, str]:
        for each in addresses:
            self._call("DELETE", self._member(each), good=[404, 405])
        return {}

    def erase(self, addresses: Collection[str]) -> Mapping[str, str]:
        for each in addresses:
            self._call("POST", f"{self._member(each)}/actions/delete-permanent", good=[404, 405])
        return {}

    def unsubscribed(self, since: datetime | None) -> set[str]:
        found: set[str] = set()
        asked: dict[str, Any] = {"status": "unsubscribed", "fields": "members.email_address", "count": PAGE}
        if since:
            asked["since_last_changed"] = since.isoformat()
        for offset in range(0, 10_000_000, PAGE):
            answer = self._call("GET", f"/lists/{self._list}/members", params={**asked, "offset": offset})
            page = [each["email_address"] for each in answer.get("members") or []]
            found |= set(page)
            if len(page) < PAGE:
                break
        return found

    def _member(self, email: str) -> str:
        return f"/lists/{self._list}/members/{hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()}"

    def _call(self, method: str, path: str, **request: Any) -> Any:
        if not self.address:
            raise Denied("the key names no data centre")
        return self.call(method, path, auth=("key", self._key), **request)
