"""The second person of a form: who was chosen, and the PIN."""

from accounts.models import User
from boxoffice.access import BoxOfficeRequest
from boxoffice.errors import SecondPersonNeeded
from boxoffice.services.second_person import decider

REFUND = "orders.refund_order"


def decide(request: BoxOfficeRequest, permission: str, *, needed: bool = True) -> User | None:
    """The second person, if one has entered a PIN. Raises `SecondPersonNeeded` if one is needed and none has."""
    if pin := request.POST.get("pin", ""):
        person = request.POST.get("person", "")
        return decider(request.device, permission, person=person, pin=pin, other_than=request.user, at=request.at)
    if needed and not request.user.has_perm(permission):
        raise SecondPersonNeeded
    return None
