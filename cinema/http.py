"""What a request says about where it comes from."""

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest

IPV6_NETWORK = 64  # bits; one connection is given all addresses of such a network
IPV6_LINE = 56  # a household may be given so many networks
WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](?::\d{1,5})?|(?P<four>[\d.]+):\d{1,5}")


def client_address(request: HttpRequest) -> str | None:
    """The IP address that the request comes from, or None over a socket in the file system.

    With `BEHIND_PROXY` it is the last entry of X-Forwarded-For, which the proxy itself added; anybody can write the
    rest. An entry that is no address counts as the proxy's own address, so that limits by address stay on.
    """
    own = _parsed(request.META.get("REMOTE_ADDR", ""))
    if not settings.BEHIND_PROXY:
        return own
    return _parsed(request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2]) or own


def client_network(request: HttpRequest) -> str | None:
    """The address under which limits count a request; see `network_of`."""
    address = client_address(request)
    return network_of(address) if address else None


def network_of(address: str, *, bits: int = IPV6_NETWORK) -> str:
    """An IPv4 address as it is, also if it is mapped into IPv6; an IPv6 address as the first one of its network of so
    many bits. Any other text is returned unchanged.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), bits), strict=False).network_address)


def _parsed(text: str) -> str | None:
    """The address in `text`, without a port or brackets; an IPv4 address that is mapped into IPv6 is that address."""
    text = text.strip()
    if found := WITH_PORT.fullmatch(text):
        text = found["six"] or found["four"]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
