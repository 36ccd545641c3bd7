"""Brevo: takes an import at once and carries it out minutes later; it says nothing of single addresses."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from integrations.marketing.base import ListPartner

PAGE = 500
REMOVED_AT_ONCE = 150


class Brevo(ListPartner):
    address = "https://api.brevo.com/v3"

    def add(self, addresses: Collection[str], *, back: Collection[str]) -> Mapping[str, str]:
        self._call(
            "POST",
            "/contacts/import",
            json={
                "jsonBody": [{"email": each} for each in addresses],
                "listIds": [int(self._list)],
                "updateExistingContacts": True,  # puts them on the list, and leaves the blocklist as it is
                "emptyContactsAttributes": False,
            },
        )
        return {}

    def remove(self, addresses: Collection[str]) -> Mapping[str, str]:
        path, everybody = f"/contacts/lists/{self._list}/contacts/remove", list(addresses)
        for start in range(0, len(everybody), REMOVED_AT_ONCE):
            some = everybody[start : start + REMOVED_AT_ONCE]
            self._call("POST", path, json={"emails": some}, good=[400])  # 400: none of them is on the list
        return {}

    def erase(self, addresses: Collection[str]) -> Mapping[str, str]:
        for each in addresses:
            self._call("DELETE", f"/contacts/{quote(each, safe='')}", good=[404])
        return {}

    def unsubscribed(self, since: datetime | None) -> set[str]:
        found: set[str] = set()
        asked: dict[str, Any] = {"limit": PAGE}
        if since:
            asked["modifiedSince"] = since.isoformat()
        for offset in range(0, 10_000_000, PAGE):
            answer = self._call("GET", f"/contacts/lists/{self._list}/contacts", params={**asked, "offset": offset})
            page = answer.get("contacts") or []
            found |= {each["email"] for each in page if each.get("emailBlacklisted")}
            if len(page) < PAGE:
                break
        return found

    def _call(self, method: str, path: str, **request: Any) -> Any:
        return self.call(method, path, headers={"api-key": self._key}, **request)
