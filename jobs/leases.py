"""A lease that keeps a second copy of a job from running. Only an optimisation: row locks ensure correctness."""

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
    taken_over: bool = False  # the last holder disappeared without releasing it

    def renew(self) -> None:
        """Extend the lease to 40 s from now; does nothing if it was extended less than 10 s ago."""
        if clock.monotonic() - self.renewed > RENEWED_AFTER:
            # If another copy took it over (because this process was suspended), both continue and share the work.
            JobLease.objects.filter(job=self.job, holder=self.holder).update(until=clock.now() + LEASE_DURATION)
            self.renewed = clock.monotonic()

    def release(self, *, at: datetime) -> None:
        JobLease.objects.filter(job=self.job, holder=self.holder).update(holder="", until=at)


def acquire(job: str, *, at: datetime) -> Lease | None:
    """Take the job's lease; None if another copy holds it. A holder that crashed keeps it for at most 40 s."""
    holder = new_sender()
    lease = Lease(job=job, holder=holder, renewed=clock.monotonic())
    mine = {"holder": holder, "until": at + LEASE_DURATION}
    leases = JobLease.objects.filter(job=job)
    if leases.filter(holder="").update(**mine):
        return lease
    # An `until` further ahead than a lease can last was set by a machine whose clock was wrong.
    if leases.filter(Q(until__lte=at) | Q(until__gt=at + LEASE_DURATION)).update(**mine):
        lease.taken_over = True
        return lease
    _held, is_first = JobLease.objects.get_or_create(job=job, defaults=mine)
    return lease if is_first else None
