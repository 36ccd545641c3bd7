"""A sample job for tests of `jobs`: it deactivates users, and fails on those named "bad". And a test clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import User
from jobs.command import JobCommand

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


class SwitchOff(JobCommand):
    job = "switch_off"

    def due(self, at: datetime, /) -> Any:
        return User.objects.filter(is_active=True, date_joined__lte=at)

    def act(self, users: list[User], at: datetime, /) -> None:
        User.objects.filter(pk__in=[user.pk for user in users]).update(is_active=False)
        for user in users:
            if user.first_name == "bad":
                raise ValueError(f"{user.email} is bad")


@dataclass
class Clock:
    """A stopped clock. `sleep` sets it forward and records the seconds in `naps`."""

    instant: datetime = NOON
    seconds: float = 1000.0
    naps: list[float] = field(default_factory=list)
    on_sleep: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.forward(seconds)
        self.on_sleep()

    def forward(self, seconds: float) -> None:
        self.seconds += seconds
        self.instant += timedelta(seconds=seconds)


def users(count: int, *, bad: int = 0, joined: datetime = NOON) -> list[User]:
    """The first `bad` of them are bad."""
    return User.objects.bulk_create(
        User(email=f"user{number}@example.org", first_name="bad" if number < bad else "good", date_joined=joined)
        for number in range(count)
    )


def switched_off() -> int:
    return User.objects.filter(is_active=False).count()
