"""The models of this app."""

from allocations.models.house_holds import HouseHold

__all__ = ["HouseHold"]
