from datetime import timedelta

import pytest

from boxoffice.services import door
from boxoffice.services.door_log import log_of, numbers_of
from orders.services import code_of
from tests.helpers import factories
from tests.helpers.box_office import a_device
from tests.helpers.factories import NOON
from tests.helpers.users import someone


@pytest.mark.django_db
def test_the_log_tells_who_was_refused_turned_away_let_in_again_and_undone_and_counts_them() -> None:
    session = factories.a_session(start=NOON + timedelta(minutes=30))
    cinema = session.hall.cinema
    who = {"device": a_device(cinema), "actor": someone("usher", cinema), "at": NOON}
    ticket = factories.a_paid_order(session).tickets.select_related("order").get()
    door.scan(code_of(ticket), **who)
    door.scan(code_of(ticket), **who)
    door.let_in_again(ticket, **who)
    door.turn_away(ticket, reason="TOO_YOUNG", **who)

    entries = log_of(cinema, at=NOON)

    assert sorted(numbers_of(entries)) == [
        ("Let in again", "", 1),
        ("Refused", "Already used", 1),
        ("Turned away", "Too young for the film", 1),
        ("Undone", "", 1),
    ]
    assert {each.ticket for each in entries} == {ticket}
    assert log_of(factories.a_cinema(), at=NOON) == []
    assert log_of(cinema, at=NOON + timedelta(days=1)) == []
