"""A partner that sends newsletters, with a ledger of its own. It speaks as UniSender, Mailchimp and Brevo do.

It can lose answers after the work, be down, ask to wait, no longer know the key, refuse one address of a batch with a
status of 200, and people can unsubscribe there.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from integrations.models import MarketingList
from payments.models import LegalEntity
from reports.models import Segment
from tests.helpers.factories import NOON
from tests.helpers.fakes import loopback

KEY, LIST = "key-us1", "7"


@dataclass
class Contact:
    on_list: bool = True
    unsubscribed: bool = False


@dataclass
class There:
    """`next_troubles`, in order: "lost" loses the answer after the work, "down" answers 503, "busy" 429, "bare" 403
    without a body.
    """

    url: str = ""
    key: str = KEY
    next_troubles: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    contacts: dict[str, Contact] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    clock: loopback.OwnClock = field(default_factory=loopback.OwnClock)

    @property
    def on_list(self) -> list[str]:
        """Who gets newsletters."""
        return sorted(email for email, each in self.contacts.items() if each.on_list and not each.unsubscribed)

    def unsubscribe(self, email: str) -> None:
        self.contacts.setdefault(email, Contact()).unsubscribed = True

    def add(self, email: str) -> None:
        self.told.append(f"add {email}")
        self.contacts.setdefault(email, Contact()).on_list = True

    def remove(self, email: str) -> None:
        self.told.append(f"remove {email}")
        if email in self.contacts:
            self.contacts[email].on_list = False

    def erase(self, email: str) -> bool:
        self.told.append(f"erase {email}")
        return self.contacts.pop(email, None) is not None

    def of_hash(self, digest: str) -> str:
        hashes = {hashlib.md5(each.encode(), usedforsecurity=False).hexdigest(): each for each in self.contacts}
        return hashes.get(digest, "")

    # --- Their protocols: status and JSON, None for no body

    def unisender(self, path: str, data: dict[str, str]) -> tuple[int, Any]:
        if data["api_key"] != self.key:
            return 200, {"error": "no", "code": "invalid_api_key"}
        method = path.rpartition("/")[2]
        if method == "exclude":
            self.remove(data["contact"])
        if method == "exportContacts":
            found = [[email, "unsubscribed"] for email, each in self.contacts.items() if each.unsubscribed]
            return 200, {"result": {"field_names": ["email", "email_status"], "data": found}}
        log = []
        if method == "importContacts":
            for number in range(sum(name.endswith("[0]") and name.startswith("data") for name in data)):
                email = data[f"data[{number}][0]"]
                if email in self.refused:
                    log.append({"index": number, "code": "invalid_email"})
                elif data["field_names[1]"] == "delete":
                    self.erase(email)
                else:
                    self.add(email)
        return 200, {"result": {"log": log}}

    def mailchimp(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if path.endswith("/members"):
            found = [{"email_address": email} for email, each in self.contacts.items() if each.unsubscribed]
            return 200, {"members": found}
        if path == f"/lists/{LIST}":
            errors = []
            for each in body["members"]:
                email = each["email_address"]
                if email in self.refused:
                    errors.append({"email_address": email, "error_code": "ERROR_GENERIC"})
                elif email in self.contacts:
                    errors.append({"email_address": email, "error_code": "ERROR_CONTACT_EXISTS"})
                else:
                    self.add(email)
            return 200, {"errors": errors}
        email = self.of_hash(path.split("/")[4])
        if not email:
            return 404, {"status": 404}
        if path.endswith("delete-permanent"):
            self.erase(email)
            return 204, None
        if method == "GET":
            contact = self.contacts[email]
            status = "subscribed" if contact.on_list else "archived"
            return 200, {"status": "unsubscribed" if contact.unsubscribed else status}
        if method == "PUT":
            self.contacts[email] = Contact()
            return 200, {}
        self.remove(email)
        return 204, None

    def brevo(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if path == "/contacts/import":
            for each in body["jsonBody"]:
                self.add(each["email"])
            return 202, {"processId": 1}
        if path.endswith("/remove"):
            for email in body["emails"]:
                self.remove(email)
            return 201, {"contacts": {"success": body["emails"]}}
        if method == "GET":
            blocked = [{"email": email, "emailBlacklisted": each.unsubscribed} for email, each in self.contacts.items()]
            return 200, {"contacts": blocked}
        return (204, None) if self.erase(unquote(path.rpartition("/")[2])) else (404, {"code": "x"})


@contextmanager
def newsletter_partner(name: str) -> Iterator[There]:
    there = There()

    class Requests(loopback.Handler):
        def _do(self) -> None:
            path = urlsplit(self.path).path
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            there.calls.append(f"{self.command} {path}")
            trouble = there.next_troubles.pop(0) if there.next_troubles else ""
            trouble = "down" if there.clock.is_down else trouble
            status, content = {"down": (503, {}), "busy": (429, {}), "bare": (403, None)}.get(trouble) or self._answer(
                path, body
            )
            if trouble == "lost":
                self.close_connection = True
                return
            self.send(status, b"" if content is None else json.dumps(content).encode())

        do_GET = do_POST = do_PUT = do_DELETE = _do

        def _answer(self, path: str, body: str) -> tuple[int, Any]:
            if name == "UNISENDER":
                return there.unisender(path, {key: texts[0] for key, texts in parse_qs(body).items()})
            content = json.loads(body) if body else {}
            if name == "BREVO":
                denied = self.headers["api-key"] != there.key
                return (401, {"code": "unauthorized"}) if denied else there.brevo(self.command, path, content)
            denied = there.key != KEY
            return (401, {"status": 401}) if denied else there.mailchimp(self.command, path, content)

    with loopback.serving(Requests) as url:
        there.url = url
        yield there


def a_list(partner: str = "UNISENDER", **fields: Any) -> MarketingList:
    """A list of a foreign legal entity, with all customers of the chain."""
    given = {"name": f"News {partner}", "partner": partner, "list_id": LIST, "secret": KEY, "next_attempt_at": NOON}
    if "legal_entity" not in fields:
        given["legal_entity"] = LegalEntity.objects.get_or_create(name="Kino GmbH", tax_number="DE 1")[0]
    if "segment" not in fields:
        given["segment"] = Segment.objects.create(name="Everybody")
    return MarketingList.objects.create(**{**given, **fields})
