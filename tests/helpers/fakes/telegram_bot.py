"""Telegram's side of a bot, with a ledger of its own. It can lose answers, be busy or down; chats can block the bot."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.helpers.fakes import loopback


@dataclass
class Bot:
    """`next_troubles`, in order: "lost" loses the answer after the work, "busy" answers 429, "down" breaks off."""

    url: str = ""
    next_troubles: list[str] = field(default_factory=list)
    blocked_by: set[int] = field(default_factory=set)
    ledger: list[tuple[int, str]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    clock: loopback.OwnClock = field(default_factory=loopback.OwnClock)

    def answer(self, method: str, data: dict[str, Any]) -> dict[str, Any]:
        if self.clock.key_has_expired:
            return {"ok": False, "error_code": 401, "description": "Unauthorized"}
        if method == "sendMessage":
            if data["chat_id"] in self.blocked_by:
                return {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
            self.ledger.append((data["chat_id"], data["text"]))
        return {"ok": True, "result": {}}


@contextmanager
def telegram_bot() -> Iterator[Bot]:
    bot = Bot()

    class Requests(loopback.Handler):
        def do_POST(self) -> None:
            data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            method = self.path.rpartition("/")[2]
            bot.calls.append((method, data))
            trouble = bot.next_troubles.pop(0) if bot.next_troubles else ""
            trouble = "down" if bot.clock.is_down else trouble
            busy = {"ok": False, "error_code": 429, "parameters": {"retry_after": 30}}
            content = busy if trouble == "busy" else {} if trouble == "down" else bot.answer(method, data)
            if trouble in ("lost", "down"):
                self.close_connection = True
                return
            self.send(200 if content["ok"] else content["error_code"], json.dumps(content).encode())

    with loopback.serving(Requests) as url:
        bot.url = url
        yield bot
