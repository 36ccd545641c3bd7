"""An HTTP server of a test's own on the loopback address: other systems that the tests imitate are built on it."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType


class Handler(BaseHTTPRequestHandler):
    """Logs nothing: what a server was asked belongs to the test that asks it."""

    def log_message(self, *_args: object) -> None:
        return

    def send(self, status: int, body: bytes = b"", headers: Mapping[str, str] = MappingProxyType({})) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@dataclass
class OwnClock:
    """What goes by the other system's clock, which the test moves: it is down until then, or takes the key from then on
    no more.
    """

    now: datetime | None = None
    down_until: datetime | None = None
    key_expires_at: datetime | None = None

    @property
    def is_down(self) -> bool:
        return self.now is not None and self.down_until is not None and self.now < self.down_until

    @property
    def key_has_expired(self) -> bool:
        return self.now is not None and self.key_expires_at is not None and self.now >= self.key_expires_at


@contextmanager
def serving(handler: type[Handler]) -> Iterator[str]:
    """The server's URL, without a slash at its end. Each request has a thread of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
