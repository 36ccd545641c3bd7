"""The second person of a form: who was chosen, and the PIN."""

from accounts.models import User
from boxoffice.access import BoxOfficeRequest
from boxoffice.errors import SecondPersonNeeded
from boxoffice.services.second_person import decider

REFUND = "orders.refund_order"
OTHERS = "payments.count_others_shift"


def decide(request: BoxOfficeRequest, permission: str, *, needed: bool = True) -> User | None:
    """The second person, if one has entered a PIN. Raises as `decider`, and if one is needed and none has."""
    if request.POST.get("pin"):
        return _decider(request, permission, both=False)
    if needed and not request.user.has_perm(permission):
        raise SecondPersonNeeded
    return None


def decide_together(request: BoxOfficeRequest, permission: str) -> User:
    """The second person of what nobody decides alone, whatever their permissions. Raises as `decider`."""
    if not request.POST.get("pin"):
        raise SecondPersonNeeded
    return _decider(request, permission, both=True)


def _decider(request: BoxOfficeRequest, permission: str, *, both: bool) -> User:
    person, pin = request.POST.get("person", ""), request.POST["pin"]
    return decider(
        request.device, permission, person=person, pin=pin, other_than=request.user, both=both, at=request.at
    )
