"""Telegram's side of a bot, with a ledger of its own. It can lose answers, be busy or down; chats can block the bot."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Bot:
    """`next_troubles`, in order: "lost" loses the answer after the work, "busy" answers 429, "down" breaks off."""

    url: str = ""
    next_troubles: list[str] = field(default_factory=list)
    blocked_by: set[int] = field(default_factory=set)
    ledger: list[tuple[int, str]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def answer(self, method: str, data: dict[str, Any]) -> dict[str, Any]:
        if method == "sendMessage":
            if data["chat_id"] in self.blocked_by:
                return {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
            self.ledger.append((data["chat_id"], data["text"]))
        return {"ok": True, "result": {}}


@contextmanager
def telegram_bot() -> Iterator[Bot]:
    bot = Bot()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            method = self.path.rpartition("/")[2]
            bot.calls.append((method, data))
            trouble = bot.next_troubles.pop(0) if bot.next_troubles else ""
            busy = {"ok": False, "error_code": 429, "parameters": {"retry_after": 30}}
            content = busy if trouble == "busy" else {} if trouble == "down" else bot.answer(method, data)
            if trouble in ("lost", "down"):
                self.close_connection = True
                return
            text = json.dumps(content).encode()
            self.send_response(200 if content["ok"] else content["error_code"])
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    bot.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield bot
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
