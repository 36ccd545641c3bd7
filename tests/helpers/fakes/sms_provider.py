"""A provider of SMS with a ledger of its own, which speaks the protocols of SMS.ru, SMSC and Twilio.

It can lose answers after the work, be down, ask to wait, no longer know the key, and refuse single numbers.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.helpers.fakes import loopback

KEY = "key 1"
WRONG, NOT_NOW = "+79160000000", "+79160000001"


@dataclass
class Sent:
    id: str
    phone: str
    text: str
    state: str = "sent"  # "delivered", "failed", or a word that nobody knows


@dataclass
class Provider:
    """`next_troubles`, in order: "lost" loses the answer after the work, "down" answers 503, "busy" 429."""

    url: str = ""
    next_troubles: list[str] = field(default_factory=list)
    key: str = KEY
    ledger: list[Sent] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    clock: loopback.OwnClock = field(default_factory=loopback.OwnClock)

    def add(self, phone: str, text: str, number: str = "") -> Sent:
        sent = Sent(number or f"S{len(self.ledger) + 1}", "+" + phone.removeprefix("+"), text)
        self.ledger.append(sent)
        return sent

    def find(self, number: str) -> Sent | None:
        return next((each for each in self.ledger if each.id == number), None)

    def reported(self) -> None:
        """Everything arrives."""
        for each in self.ledger:
            each.state = "delivered"

    def answer(self, path: str, data: dict[str, str], key: str) -> tuple[int, dict[str, Any]]:
        if self.clock.key_has_expired:
            key, data = "", {**data, "api_id": "", "psw": ""}
        if path.startswith("/sms/"):
            return 200, self._smsru(path, data)
        if path.startswith("/sys/"):
            return 200, self._smsc(path, data)
        return self._twilio(path, data, key)

    def _smsru(self, path: str, data: dict[str, str]) -> dict[str, Any]:
        if data["api_id"] != self.key:
            return {"status": "ERROR", "status_code": 200}
        if path == "/sms/send":
            phone = "+" + data["to"]
            code = {WRONG: 202, NOT_NOW: 201}.get(phone)
            # The whole is right, even if the number is refused.
            about = {"status": "ERROR", "status_code": code} if code else {"status": "OK", "status_code": 100}
            if not code:
                about["sms_id"] = self.add(data["to"], data["msg"]).id
            return {"status": "OK", "status_code": 100, "sms": {data["to"]: about}}
        codes = {"sent": 102, "delivered": 103, "failed": 105}
        found = {}
        for number in data["sms_id"].split(","):
            sent = self.find(number)
            found[number] = {"status_code": codes.get(sent.state, 777) if sent else -1, "cost": 3.5}
        return {"status": "OK", "status_code": 100, "sms": found}

    def _smsc(self, path: str, data: dict[str, str]) -> dict[str, Any]:
        if data["psw"] != self.key:
            return {"error": "authorise error", "error_code": 2}
        if path == "/sys/send.php":
            if code := {WRONG: 7, NOT_NOW: 3}.get("+" + data["phones"]):
                return {"error": "no", "error_code": code, "id": int(data["id"])}
            self.add(data["phones"], data["mes"], data["id"])
            return {"id": int(data["id"]), "cnt": 1, "cost": "3.50", "balance": "100"}
        sent = self.find(data["id"])
        codes = {"sent": 0, "delivered": 1, "failed": 20}
        return {"status": codes.get(sent.state, 77) if sent else -3, "cost": "3.50"}

    def _twilio(self, path: str, data: dict[str, str], key: str) -> tuple[int, dict[str, Any]]:
        if key != self.key:
            return 401, {"code": 20003, "status": 401}
        if not path.endswith("/Messages.json"):
            sent = self.find(path.rpartition("/")[2].removesuffix(".json"))
            states = {"sent": "sent", "delivered": "delivered", "failed": "undelivered"}
            if sent is None:
                return 404, {"code": 20404}
            return 200, self._of_twilio(sent, states.get(sent.state, sent.state), "-3.50")
        if code := {WRONG: 21211, NOT_NOW: 30001}.get(data["To"]):
            return 400, {"code": code, "status": 400}
        return 201, self._of_twilio(self.add(data["To"], data["Body"]), "queued", None)

    @staticmethod
    def _of_twilio(sent: Sent, status: str, price: str | None) -> dict[str, Any]:
        return {"sid": sent.id, "status": status, "num_segments": "1", "price": price, "price_unit": "USD"}


@contextmanager
def sms_provider() -> Iterator[Provider]:
    there = Provider()

    class Requests(loopback.Handler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer({name: texts[0] for name, texts in parse_qs(body).items()})

        def do_GET(self) -> None:
            self._answer({})

        def _answer(self, data: dict[str, str]) -> None:
            path = urlsplit(self.path).path
            there.calls.append(path)
            trouble = there.next_troubles.pop(0) if there.next_troubles else ""
            trouble = "down" if there.clock.is_down else trouble
            login = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
            status, content = {"down": (503, {}), "busy": (429, {})}.get(trouble) or there.answer(
                path, data, login.partition(":")[2]
            )
            if trouble == "lost":
                self.close_connection = True
                return
            self.send(status, json.dumps(content).encode())

    with loopback.serving(Requests) as url:
        there.url = url
        yield there
