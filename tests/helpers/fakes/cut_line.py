"""A line to a server that a test can cut, as a cable is: open connections end, and new ones are refused."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class Line:
    """`cut` and `mend` it as often as you like."""

    def __init__(self, upstream: str) -> None:
        there = urlsplit(upstream)
        open_ones = self.open_ones = []  # type: list[socket.socket]

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with socket.create_connection((there.hostname or "", there.port or 80)) as other:
                    open_ones.extend([self.request, other])
                    back = threading.Thread(target=pump, args=(other, self.request))
                    back.start()
                    pump(self.request, other)
                    back.join()

        def pump(source: socket.socket, target: socket.socket) -> None:
            with suppress(OSError):
                while data := source.recv(65536):
                    target.sendall(data)
            with suppress(OSError):
                target.shutdown(socket.SHUT_RDWR)

        self.handler = Handler
        self.mend()
        self.url = f"http://localhost:{self.port}"

    port = 0  # any at first

    def mend(self) -> None:
        """Answer again, at the same address."""
        self.server = Server(("127.0.0.1", self.port), self.handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def cut(self) -> None:
        if self.thread.is_alive():
            self.server.shutdown()
            self.server.server_close()
            self.thread.join()
        for each in self.open_ones:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(upstream: str) -> Iterator[Line]:
    line = Line(upstream)
    try:
        yield line
    finally:
        line.cut()
