"""UniSender: answers 200 to everything, with an error or a result, and refuses single addresses in a log."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from integrations.marketing.base import Denied, ListPartner, NoAnswer

#: The account, not the request, is wrong.
DENIED = {"invalid_api_key", "access_denied", "user_not_found"}
PAGE = 1000


class UniSender(ListPartner):
    address = "https://api.unisender.com/ru/api"

    def add(self, addresses: Collection[str], *, back: Collection[str]) -> Mapping[str, str]:
        return self._import(addresses, "email_list_ids", self._list)

    def remove(self, addresses: Collection[str]) -> Mapping[str, str]:
        for each in addresses:
            self._do("exclude", {"contact_type": "email", "contact": each, "list_ids": self._list})
        return {}

    def erase(self, addresses: Collection[str]) -> Mapping[str, str]:
        return self._import(addresses, "delete", "1")

    def unsubscribed(self, since: datetime | None) -> set[str]:
        found: set[str] = set()
        while True:
            asked = {"list_id": self._list, "field_names[0]": "email", "field_names[1]": "email_status"}
            asked |= {"email_status": "unsubscribed", "offset": str(len(found)), "limit": str(PAGE)}
            rows = self._do("exportContacts", asked).get("data") or []
            found |= {row[0] for row in rows if row[1] == "unsubscribed"}
            if len(rows) < PAGE:
                return found

    def _import(self, addresses: Collection[str], column: str, value: str) -> Mapping[str, str]:
        rows = list(addresses)
        data = {"field_names[0]": "email", "field_names[1]": column}
        for number, each in enumerate(rows):
            data |= {f"data[{number}][0]": each, f"data[{number}][1]": value}
        log = self._do("importContacts", data).get("log") or []
        return {rows[int(each["index"])]: str(each.get("code") or "refused") for each in log}

    def _do(self, method: str, data: Mapping[str, str]) -> Mapping[str, Any]:
        content = self.call("POST", f"/{method}", params={"format": "json"}, data={"api_key": self._key, **data})
        if code := content.get("code"):
            raise (Denied if code in DENIED else NoAnswer)(str(code))
        result = content.get("result")
        return result if isinstance(result, dict) else {}
