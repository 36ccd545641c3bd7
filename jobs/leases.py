"""One copy of a job at a time. It only saves work: what keeps two copies apart is the lock on each row."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from cinema import clock
from jobs.claims import new_sender
from jobs.models import JobLease

LEASE_DURATION = timedelta(seconds=40)
RENEWED_AFTER = 10.0  # seconds


@dataclass
class Lease:
    job: str
    holder: str
    renewed: float
    taken_over: bool = False  # its last holder vanished without giving it back

    def renew(self) -> None:
        """Keep it for another 40 s; does nothing if that was done less than 10 s ago."""
        if clock.monotonic() - self.renewed > RENEWED_AFTER:
            # One that was lost meanwhile (this process slept) stays lost: two copies then share the work.
            JobLease.objects.filter(job=self.job, holder=self.holder).update(until=clock.now() + LEASE_DURATION)
            self.renewed = clock.monotonic()

    def release(self, *, at: datetime) -> None:
        JobLease.objects.filter(job=self.job, holder=self.holder).update(holder="", until=at)


def acquire(job: str, *, at: datetime) -> Lease | None:
    """The job's lease, or None when another copy holds it. A holder that vanished keeps it for 40 s at most."""
    holder = new_sender()
    lease = Lease(job=job, holder=holder, renewed=clock.monotonic())
    mine = {"holder": holder, "until": at + LEASE_DURATION}
    leases = JobLease.objects.filter(job=job)
    if leases.filter(holder="").update(**mine):
        return lease
    # An `until` further away than anybody can set comes from a clock that was wrong.
    if leases.filter(Q(until__lte=at) | Q(until__gt=at + LEASE_DURATION)).update(**mine):
        lease.taken_over = True
        return lease
    _held, is_first = JobLease.objects.get_or_create(job=job, defaults=mine)
    return lease if is_first else None
