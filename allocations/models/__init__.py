"""The models of this app."""

from allocations.models.codes import BatchCode, CodeBatch
from allocations.models.comps import Comp, CompReason
from allocations.models.groups import GroupBooking, GroupOrder
from allocations.models.house_holds import HouseHold

__all__ = ["BatchCode", "CodeBatch", "Comp", "CompReason", "GroupBooking", "GroupOrder", "HouseHold"]
