"""What a job is called with, read in one place, from a command line and from `call_command` alike."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from django.core.management import CommandError, CommandParser

BAD_INPUT = 2
BATCH_SIZE = 500
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class BadInput(CommandError):
    """The job was called with something that makes no sense; it did nothing."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()), returncode=BAD_INPUT)


@dataclass(frozen=True)
class Options:
    at: datetime | None = None  # None: by the clock, read at the start of each pass
    batch_size: int = BATCH_SIZE
    limit: int | None = None
    every: int | None = None
    dry_run: bool = False

    @staticmethod
    def add_arguments(parser: CommandParser, *, batch_size: int) -> None:
        parser.add_argument("--dry-run", action="store_true", help="show what is due, and change nothing")
        parser.add_argument(
            "--at", metavar="INSTANT", help="the job's now: ISO 8601 with a zone (2026-11-05T18:30:00Z)"
        )
        parser.add_argument("--batch-size", default=batch_size, metavar="ROWS", help="rows a transaction (%(default)s)")
        parser.add_argument("--limit", metavar="ROWS", help="try at most so many rows a step")
        parser.add_argument("--every", metavar="SECONDS", help="repeat within the minute, 1 to 60 seconds apart")

    @classmethod
    def parse(cls, given: dict[str, Any]) -> Self:
        """Raises `BadInput`."""
        return cls(
            at=None if given["at"] is None else _instant("--at", given["at"]),
            batch_size=_number("--batch-size", given["batch_size"], lowest=1, highest=10_000),
            limit=None if given["limit"] is None else _number("--limit", given["limit"], lowest=0, highest=10**9),
            every=None if given["every"] is None else _number("--every", given["every"], lowest=1, highest=60),
            dry_run=given["dry_run"],
        )


def _instant(option: str, given: Any) -> datetime:
    try:
        instant = given if isinstance(given, datetime) else datetime.fromisoformat(given)
    except (TypeError, ValueError):
        raise BadInput(f"{option}: {given!r} is not an instant like 2026-11-05T18:30:00+03:00") from None
    if instant.tzinfo is None:
        raise BadInput(f"{option}: {given!r} has no zone; add Z or an offset like +03:00")
    if not EARLIEST <= instant < LATEST:
        raise BadInput(f"{option}: {given!r} is not between the years {EARLIEST.year} and {LATEST.year}")
    return instant.astimezone(UTC)


def _number(option: str, given: Any, *, lowest: int, highest: int) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", str(given)):
        raise BadInput(f"{option}: {given!r} is not a whole number")
    number = int(given)
    if not lowest <= number <= highest:
        raise BadInput(f"{option}: {number} is not between {lowest} and {highest}")
    return number
