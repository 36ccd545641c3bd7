"""The services of this app. Each file of this package is one process."""

from allocations.services.comps import carry_over, create_standard_reasons, give, is_complimentary
from allocations.services.house_holds import keep, kept_seats, release

__all__ = ["carry_over", "create_standard_reasons", "give", "is_complimentary", "keep", "kept_seats", "release"]
