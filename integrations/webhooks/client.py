"""Posts to addresses that people typed, without letting them reach the inside of our network.

The name is resolved once, each address is checked, and the connection goes to the address that was checked: a name that
resolves otherwise the next moment gains nothing. Redirects are not followed, and no proxy is used.
"""

import ipaddress
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.connection import allowed_gai_family

TIMEOUT = (3.05, 15.0)  # seconds to connect, and to wait for an answer
LONGEST = 30.0  # seconds from the connection to the end of the headers, however slowly they come
ADDRESSES = 3  # of a name that are tried
LONGEST_WAIT = timedelta(days=1)  # that a receiver may ask for


class ForbiddenAddress(OSError):
    """The name belongs to an address inside a private network, or to none that may be called."""


@dataclass(frozen=True)
class Answer:
    """What a receiver answered: its status code, or 0 if there was no answer; `wait` is what it asked for."""

    status: int
    text: str
    wait: timedelta | None = None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """410: the receiver wants no more webhooks."""
        return self.status == 410


def post(url: str, *, body: bytes, headers: dict[str, str]) -> Answer:
    """Post the body. Never raises: whatever happened is in the answer. Must not be called inside a transaction."""
    if not url.startswith("https://") and not settings.WEBHOOKS_TO_PRIVATE_ADDRESSES:
        return Answer(0, "not https")
    begun = time.monotonic()
    try:
        with requests.Session() as session:
            session.trust_env = False
            for scheme in ("https://", "http://"):
                session.mount(scheme, _Checked())
            sent = session.post(url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True)
            with sent:
                if time.monotonic() - begun > LONGEST:
                    return Answer(0, "too slow")
                return Answer(sent.status_code, f"HTTP {sent.status_code}", _wait(sent.headers.get("Retry-After", "")))
    except (requests.RequestException, OSError, ValueError) as error:
        # `requests` wraps ours; other texts may hold anything, so only the kind of error is kept.
        kind = ForbiddenAddress if ForbiddenAddress.__name__ in repr(error) else type(error)
        return Answer(0, kind.__name__)


def _wait(text: str) -> timedelta | None:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        return None
    return min(timedelta(seconds=int(text)), LONGEST_WAIT)


def _connect(connection: Any) -> socket.socket:
    """Connect to the first address of the name that answers, once all of them are checked."""
    found = socket.getaddrinfo(connection.host, connection.port, allowed_gai_family(), socket.SOCK_STREAM)
    addresses = [(family, place) for family, _type, _protocol, _name, place in found]
    for _family, place in addresses:
        if not (settings.WEBHOOKS_TO_PRIVATE_ADDRESSES or is_public(str(place[0]))):
            raise ForbiddenAddress(f"{ForbiddenAddress.__name__}: {place[0]}")
    error: OSError = OSError("no address")
    for family, place in addresses[:ADDRESSES]:
        ours = socket.socket(family, socket.SOCK_STREAM)
        try:
            ours.settimeout(TIMEOUT[0])
            ours.connect(place)
            ours.settimeout(TIMEOUT[1])
            connection.deadline = _Deadline(ours)
        except OSError as failed:
            ours.close()
            error = failed
        else:
            return ours
    raise error


class _Deadline:
    """Lets no receiver hold up the others by sending its headers byte by byte, each within the timeout."""

    def __init__(self, ours: socket.socket) -> None:
        self.line = ours.dup()  # TLS takes `ours` over
        self.timer = threading.Timer(LONGEST, self.shut_down)
        self.timer.daemon = True
        self.timer.start()

    def shut_down(self) -> None:
        with suppress(OSError):
            self.line.shutdown(socket.SHUT_RDWR)

    def cancel(self) -> None:
        self.timer.cancel()
        self.line.close()


NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: Networks that Python's `is_global` lets through, though they lead inside: protocol assignments with the metadata of
#: Oracle Cloud, the host of Azure, IPv4-compatible and IPv4-translated addresses, local NAT64, and site-local ones.
INSIDE = [
    ipaddress.ip_network(each)
    for each in (
        "192.0.0.0/24",
        "168.63.129.16/32",
        "::/96",
        "::ffff:0:0:0/96",
        "64:ff9b:1::/48",
        "fec0::/10",
    )
]


def is_public(address: str) -> bool:
    """Whether anybody on the internet could be meant: not private, local, link-local, reserved or multicast."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if parsed in NAT64:
            return is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
    return parsed.is_global and not parsed.is_multicast and not any(parsed in network for network in INSIDE)


def may_be_called(url: str) -> bool:
    """Whether an address looks like one that `post` will call: where a name leads is only known when it is called."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or parts.username is not None or not host or host.rpartition(".")[2] == "localhost":
        return False
    try:
        return is_public(host)
    except ValueError:  # a name
        return True


class _InTime:
    deadline: _Deadline | None = None

    def _new_conn(self) -> socket.socket:
        return _connect(self)

    def close(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
        super().close()  # type: ignore[misc]


class _Http(_InTime, HTTPConnection):
    pass


class _Https(_InTime, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class _Checked(HTTPAdapter):
    """Connects by `_connect`."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        self.poolmanager = PoolManager(num_pools=1, maxsize=1)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
