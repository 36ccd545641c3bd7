"""The services of this app. Each file of this package is one process."""

from allocations.services.house_holds import keep, kept_seats, release

__all__ = ["keep", "kept_seats", "release"]
