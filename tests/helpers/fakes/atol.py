"""ATOL Online with a ledger of its own: a loopback server that speaks protocols v4 and v5.

It can lose answers after the work, be down, let tokens expire in the middle of a pass, print late or never, and it
checks what the real one checks. What a till printed stays in `documents` with the status `done`.
"""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from payments.models import LegalEntity
from screenings.models import Cinema
from tests.helpers.factories import a_cinema
from tests.helpers.fakes import loopback

INN, LOGIN, PASSWORD, GROUP = "7707083893", "till-login", "till-password", "group_1"
VAT_CODES = {"none", *(f"vat{rate}" for rate in (0, 5, 7, 10, 20, 22, 105, 107, 110, 120, 122))}
Json = dict[str, Any]


@dataclass
class Document:
    uuid: str
    operation: str
    request: Json
    polls: int  # how often it is still in work
    status: str = "wait"
    error: Json | None = None

    @property
    def total(self) -> Decimal:
        said = self.request.get("receipt") or self.request["correction"]
        return Decimal(str(said.get("total", sum(each["sum"] for each in said["payments"]))))


@dataclass
class Atol:
    """`next_troubles` of requests, in order: "lost" loses the answer after the work, "down" answers 502, "busy" 429,
    "expired" forgets all tokens first, "" is none. `next_ends`, of documents: "done", "fail" or "timeout".
    """

    url: str = ""
    version: str = "v5"
    next_troubles: list[str] = field(default_factory=list)
    is_down: bool = False
    next_ends: list[str] = field(default_factory=list)
    polls: int = 1
    answers_known_with_uuid: bool = True
    password: str = PASSWORD
    tokens: set[str] = field(default_factory=set)
    documents: list[Document] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    @staticmethod
    def a_cinema() -> Cinema:
        """One whose legal entity has an account here."""
        entity = LegalEntity.objects.create(name="Kino", tax_number=INN, kpp="770701001", tax_system="GENERAL")
        cinema = a_cinema()
        cinema.legal_entity, cinema.city, cinema.address = entity, "Moscow", "Arbat 1"
        cinema.save()
        return cinema

    @property
    def printed(self) -> list[Document]:
        return [each for each in self.documents if each.status == "done"]

    def answer(self, path: str, token: str, body: Json) -> tuple[int, Json]:
        version, _slash, rest = path.strip("/").partition("/")
        if version != self.version:
            return self._error(401, 21, "wrong version")
        if rest == "getToken":
            if (body.get("login"), body.get("pass")) != (LOGIN, self.password):
                return self._error(401, 12, "wrong login")
            self.tokens.add(made := uuid.uuid4().hex)
            return 200, {"error": None, "token": made, "timestamp": "01.11.2026 12:00:00"}
        if token not in self.tokens:
            return self._error(401, 11, "token expired")
        group, _slash, rest = rest.partition("/")
        if group != GROUP:
            return self._error(401, 20, "wrong group")
        if rest.startswith("report/"):
            return self._report(rest.removeprefix("report/"))
        return self._register(rest, body)

    def _register(self, operation: str, body: Json) -> tuple[int, Json]:
        corrections = {"sell_correction"} | ({"sell_refund_correction"} if self.version == "v5" else set())
        if operation not in {"sell", "sell_refund"} | corrections:
            return self._error(400, 31, "unknown operation")
        known = next((each for each in self.documents if each.request["external_id"] == body["external_id"]), None)
        if known is not None:
            if known.status == "wait" and not self.answers_known_with_uuid:
                return self._error(400, 33, "external_id exists")
            return 200, {"uuid": known.uuid, "status": "wait", "error": None}
        fault = self._fault_of_correction(body) if operation in corrections else self._fault(body["receipt"])
        if fault:
            return self._error(400, 32, fault)
        made = Document(str(uuid.uuid4()), operation, body, self.polls)
        self.documents.append(made)
        return 200, {"uuid": made.uuid, "status": "wait", "error": None, "timestamp": body["timestamp"]}

    def _fault(self, receipt: Json) -> str:
        client, items = receipt["client"], receipt["items"]
        if not (client.get("email") or client.get("phone")):
            return "no contact"
        if receipt["company"]["inn"] != INN:
            return "INN differs from the fiscal drive"
        if not 1 <= len(items) <= 100:
            return "1 to 100 items"
        whole = {int: "v5", str: "v4"}
        for item in items:
            price, quantity, amount = (Decimal(str(item[name])) for name in ("price", "quantity", "sum"))
            if price * quantity != amount:
                return "sum is not price × quantity"
            if item["vat"]["type"] not in VAT_CODES:
                return "unknown VAT"
            if whole[type(item["payment_object"])] != self.version:
                return "payment_object"
            if ("measure" in item) != (self.version == "v5") or len(item["name"]) > 128:
                return "measure or name"
        sums = [sum(Decimal(str(each["sum"])) for each in receipt[part]) for part in ("items", "payments")]
        return "" if sums == [Decimal(str(receipt["total"]))] * 2 else "sums differ from the total"

    def _fault_of_correction(self, body: Json) -> str:
        said = body["correction"]
        info = said["correction_info"]
        if info["type"] not in ("self", "instruction") or not re.fullmatch(r"\d\d\.\d\d\.\d{4}", info["base_date"]):
            return "correction_info"
        if (info["type"] == "instruction" or self.version == "v4") and not info.get("base_number"):
            return "base_number"
        if self.version == "v5":
            return self._fault(said)
        return "" if said["vats"] and "items" not in said else "vats"

    def _report(self, number: str) -> tuple[int, Json]:
        found = next((each for each in self.documents if each.uuid == number), None)
        if found is None:
            return self._error(400, 30, "unknown uuid")
        if found.status == "wait" and found.polls:
            found.polls -= 1
            return 200, {"uuid": number, "status": "wait", "error": None, "payload": None}
        if found.status == "wait":
            end = self.next_ends.pop(0) if self.next_ends else "done"
            found.status = "done" if end == "done" else "fail"
            if end == "timeout":
                found.error = {"code": 1, "text": "waited too long", "type": "timeout"}
            elif end == "fail":
                found.error = {"code": 2009, "text": "wrong INN", "type": "driver"}
        answer: Json = {"uuid": number, "status": found.status, "error": found.error, "payload": None}
        if found.status == "done":
            place = self.documents.index(found) + 1
            answer["payload"] = {
                "total": float(found.total),
                "fn_number": "9999078900000001",
                "fiscal_document_number": place,
                "fiscal_document_attribute": 4_000_000_000 + place,
                "ecr_registration_number": "0000000400054952",
                "shift_number": 23,
                "receipt_datetime": "01.11.2026 12:00:00",
                "ofd_receipt_url": f"https://ofd.example/{place}",
                "unknown": "words",
            }
        return 200, answer

    @staticmethod
    def _error(status: int, code: int, text: str) -> tuple[int, Json]:
        return status, {"error": {"error_id": "1", "code": code, "text": text, "type": "system"}, "status": "fail"}


@contextmanager
def atol_online(settings: Any, *, version: str = "v5") -> Iterator[Atol]:
    """The double, and the settings that send receipts to it."""
    there = Atol(version=version)

    class Requests(loopback.Handler):
        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def do_GET(self) -> None:
            self._answer({})

        def _answer(self, body: Json) -> None:
            there.calls.append(self.path)
            trouble = there.next_troubles.pop(0) if there.next_troubles else ""
            if trouble == "expired":
                there.tokens.clear()
            content: Json
            if there.is_down or trouble == "down":
                status, content = 502, {}
            elif trouble == "busy":
                status, content = 429, {}
            else:
                status, content = there.answer(self.path, self.headers.get("Token", ""), body)
            if trouble == "lost":
                self.close_connection = True
                return
            self.send(status, json.dumps(content).encode())

    with loopback.serving(Requests) as url:
        there.url = url
        settings.RECEIPT_SENDER, settings.RECEIPT_EMAIL = "payments.fiscal.atol.AtolOnline", "office@example.org"
        settings.ATOL_API, settings.ATOL_VERSION, settings.ATOL_PAUSE = there.url, version, 0.0
        settings.ATOL_ACCOUNTS = {INN: {"login": LOGIN, "password": PASSWORD, "group": GROUP}}
        yield there
