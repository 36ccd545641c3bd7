"""The command-line options of all jobs, parsed and validated; also for `call_command`."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from django.core.management import CommandError, CommandParser

BAD_INPUT = 2
BATCH_SIZE = 500
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class BadInput(CommandError):
    """The job was called with an invalid option. It did nothing."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()), returncode=BAD_INPUT)


@dataclass(frozen=True)
class Options:
    at: datetime | None = None  # None: the current time at the start of each pass
    batch_size: int = BATCH_SIZE
    limit: int | None = None
    every: int | None = None
    dry_run: bool = False

    @staticmethod
    def add_arguments(parser: CommandParser, *, batch_size: int) -> None:
        parser.add_argument("--dry-run", action="store_true", help="show what is due without changing anything")
        parser.add_argument(
            "--at",
            metavar="INSTANT",
            help="treat this as the current time: ISO 8601 with a zone (2026-11-05T18:30:00Z)",
        )
        parser.add_argument(
            "--batch-size", default=batch_size, metavar="ROWS", help="rows per transaction (default: %(default)s)"
        )
        parser.add_argument("--limit", metavar="ROWS", help="process at most this many rows per step")
        parser.add_argument("--every", metavar="SECONDS", help="repeat for one minute, every 1 to 60 seconds")

    @classmethod
    def parse(cls, given: dict[str, Any]) -> Self:
        """The options as given by argparse or `call_command`. Raises `BadInput` for an invalid value."""
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
        raise BadInput(f"{option}: {given!r} is not a time such as 2026-11-05T18:30:00+03:00") from None
    if instant.tzinfo is None:
        raise BadInput(f"{option}: {given!r} has no time zone; add Z or an offset such as +03:00")
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
