"""Rate limits per person and per IP address for actions that can be abused.

Attempts are counted in the database (`accounts.Attempt`), since web processes share no memory. The limits are in the
setting `ATTEMPTS`. IPv6 addresses are counted by their /64, and up to `NETWORKS_OF_A_LINE` times as often by their
/56: a line is given many networks.

A `person` is one whose identity is proved: an account, or a browser by its random name. An e-mail address that was only
typed is `claimed`. It is counted together with the IP address, so that nobody can use up the attempts of its owner.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min
from django.utils.crypto import salted_hmac

from accounts.errors import RateLimited
from accounts.models import Attempt
from cinema.http import IPV6_LINE, network_of

KEPT = timedelta(days=1)  # at least as long as the longest window in `ATTEMPTS`
NETWORKS_OF_A_LINE = 4  # that may use up their attempts
DELETED_PER_HIT = 20  # each hit deletes up to this many old rows, so that the table stays small without a job


def fingerprint(scope: str, value: str) -> str:
    """A keyed hash of a person or an address: stable, and not reversible without the secret key."""
    if scope == "address":
        value = network_of(value)
    elif scope == "line":
        value = network_of(value, bits=IPV6_LINE)
    return salted_hmac(f"limits.{scope}", value.strip().lower(), algorithm="sha256").hexdigest()[:40]


def claim(email: str, address: str | None) -> str:
    """Under which name attempts for a typed e-mail address are counted: the address together with the IP address."""
    return f"{email.strip().lower()} {network_of(address or '')}"


def hit(kind: str, *, person: str = "", claimed: str = "", address: str | None = "", at: datetime) -> None:
    """Count one attempt of this kind. Raises `RateLimited` at the limit; refused attempts are not counted.

    The limit is checked again after counting, so that simultaneous attempts cannot all pass.
    """
    limits = _limits(kind, person, claimed, address)
    if not limits:
        return
    _raise_if_exceeded(kind, limits, at=at, extra=1)
    Attempt.objects.bulk_create([Attempt(kind=kind, who=who, at=at) for who in limits])
    _raise_if_exceeded(kind, limits, at=at, extra=0)
    old = Attempt.objects.filter(at__lt=at - KEPT).order_by("at").values_list("pk", flat=True)[:DELETED_PER_HIT]
    Attempt.objects.filter(pk__in=list(old)).delete()


def check(kind: str, *, person: str = "", claimed: str = "", address: str | None = "", at: datetime) -> None:
    """Raise `RateLimited` if no attempts are left, without counting this one."""
    if limits := _limits(kind, person, claimed, address):
        _raise_if_exceeded(kind, limits, at=at, extra=1)


def allowed(kind: str, *, person: str = "", claimed: str = "", address: str | None = "", at: datetime) -> bool:
    """Count one attempt, as `hit` does, where a refusal is no error: False at the limit."""
    try:
        hit(kind, person=person, claimed=claimed, address=address, at=at)
    except RateLimited:
        return False
    return True


def was_counted(kind: str, *, person: str, after: datetime) -> bool:
    """Whether `hit` or `allowed` counted an attempt of this person after that instant."""
    return Attempt.objects.filter(kind=kind, who=fingerprint("person", person), at__gt=after).exists()


def take_back(kind: str, *, address: str | None, at: datetime) -> None:
    """Delete one attempt of the address that `hit` counted at `at`, because it should not count after all."""
    for who in _limits(kind, "", "", address):
        counted = Attempt.objects.filter(kind=kind, who=who, at=at)
        Attempt.objects.filter(pk__in=list(counted.values_list("pk", flat=True)[:1])).delete()


def _limits(kind: str, person: str, claimed: str, address: str | None) -> dict[str, int]:
    """The allowed number of attempts for each fingerprint: of the person, the claimed address, the IP address, and the
    line of an IPv6 address."""
    _window, person_limit, address_limit = settings.ATTEMPTS[kind]
    limits = {}
    if person:
        limits[fingerprint("person", person)] = person_limit
    if claimed:
        limits[fingerprint("claim", claim(claimed, address))] = person_limit
    if address:
        limits[fingerprint("address", address)] = address_limit
        if ":" in network_of(address):
            limits[fingerprint("line", address)] = NETWORKS_OF_A_LINE * address_limit
    return limits


def _raise_if_exceeded(kind: str, limits: dict[str, int], *, at: datetime, extra: int) -> None:
    window = settings.ATTEMPTS[kind][0]
    counted = (
        Attempt.objects.filter(kind=kind, who__in=limits, at__gt=at - window)
        .order_by()
        .values_list("who")
        .annotate(times=Count("pk"), first=Min("at"))
    )
    for who, times, first in counted:
        if times + extra > limits[who]:
            raise RateLimited(max(1, int((first + window - at).total_seconds())))
