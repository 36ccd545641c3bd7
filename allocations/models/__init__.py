"""The models of this app."""

from allocations.models.comps import Comp, CompReason
from allocations.models.groups import GroupBooking, GroupOrder
from allocations.models.house_holds import HouseHold

__all__ = ["Comp", "CompReason", "GroupBooking", "GroupOrder", "HouseHold"]
