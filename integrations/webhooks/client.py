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


GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # the only IPv6 addresses that are given out
NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: Networks for special purposes of the registries of IANA (IPv4 and IPv6), whatever Python's `is_global` says of them
#: in each version, and the metadata of Azure. Tunnels (6to4, Teredo) are refused, wherever they lead.
SPECIAL = [
    ipaddress.ip_network(each)
    for each in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",
        *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
]


def is_public(address: str) -> bool:
    """Whether anybody on the internet could be meant: not private, local, link-local, reserved or multicast.

    An IPv4 address that is mapped into IPv6, or reached by NAT64, counts as itself.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None or parsed in NAT64:
            return is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
        if parsed not in GLOBAL_UNICAST:
            return False
    return parsed.is_global and not any(parsed in network for network in SPECIAL)


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
