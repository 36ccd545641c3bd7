"""Rate limits: how often a person or an address may do what can be abused.

Counted in the database (`accounts.Attempt`), since each web process has its own memory; so the module lives with its
table. The limits are the setting `ATTEMPTS`.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min
from django.utils.crypto import salted_hmac

from accounts.errors import RateLimited
from accounts.models import Attempt

KEPT = timedelta(days=1)  # no window is longer
SWEPT = 20  # old rows that each new one takes along, so that the table stays small without a job


def fingerprint(scope: str, value: str) -> str:
    """The same text for the same person or address, and no way back to them without the server's key."""
    return salted_hmac(f"limits.{scope}", value.strip().lower(), algorithm="sha256").hexdigest()[:40]


def hit(kind: str, *, person: str = "", address: str | None = "", at: datetime) -> None:
    """Count one more attempt of this kind, or refuse with `RateLimited`; who is refused is not counted.

    Counted first and looked at again afterwards, so that attempts at one moment cannot all slip through.
    """
    most = _most(kind, person, address)
    if not most:
        return
    _refuse_beyond(kind, most, at=at, spare=1)
    Attempt.objects.bulk_create([Attempt(kind=kind, who=who, at=at) for who in most])
    _refuse_beyond(kind, most, at=at, spare=0)
    old = Attempt.objects.filter(at__lt=at - KEPT).order_by("at").values_list("pk", flat=True)[:SWEPT]
    Attempt.objects.filter(pk__in=list(old)).delete()


def check(kind: str, *, person: str = "", address: str | None = "", at: datetime) -> None:
    """Refuse with `RateLimited` who has spent all attempts, without counting this one."""
    if most := _most(kind, person, address):
        _refuse_beyond(kind, most, at=at, spare=1)


def _most(kind: str, person: str, address: str | None) -> dict[str, int]:
    """How often each of those who are known may."""
    _window, most_person, most_address = settings.ATTEMPTS[kind]
    most = {}
    if person:
        most[fingerprint("person", person)] = most_person
    if address:
        most[fingerprint("address", address)] = most_address
    return most


def _refuse_beyond(kind: str, most: dict[str, int], *, at: datetime, spare: int) -> None:
    window = settings.ATTEMPTS[kind][0]
    counted = (
        Attempt.objects.filter(kind=kind, who__in=most, at__gt=at - window)
        .order_by()
        .values_list("who")
        .annotate(times=Count("pk"), first=Min("at"))
    )
    for who, times, first in counted:
        if times + spare > most[who]:
            raise RateLimited(max(1, int((first + window - at).total_seconds())))
