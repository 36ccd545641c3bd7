from itertools import product

import pytest

from cinema.status import ForbiddenMove, transition
from notifications.models import Notification, Status
from tests.helpers.fakes.mail import queued, statuses

NOT_LISTED = [(old, new) for old, new in product(Status, Status) if new not in Notification.TRANSITIONS[old]]


@pytest.mark.django_db
@pytest.mark.parametrize(("old", "new"), NOT_LISTED)
def test_a_message_makes_only_the_listed_transitions(old: Status, new: Status) -> None:
    queued()
    Notification.objects.update(status=old)

    with pytest.raises(ForbiddenMove):
        transition(Notification.objects.all(), new)

    assert statuses() == [old]
