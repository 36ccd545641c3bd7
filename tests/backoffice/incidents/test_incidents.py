"""The page of a change to screenings, and that of the guests it concerns."""

import re
from datetime import timedelta

import pytest

from boxoffice.services.printed_vouchers import give_instead_of_money
from incidents.models import ConcernedOrder
from incidents.services import cancel, take_refund
from tests.helpers.factories import NOON, a_paid_order, a_session
from tests.helpers.pages.admin_pages import admin_url
from tests.helpers.users import browser, someone
from tests.reliability.run_job import run

pytestmark = pytest.mark.django_db


def test_the_pages_say_who_knows_and_who_has_to_be_called() -> None:
    session = a_session(start=NOON + timedelta(hours=4))
    told, silent = a_paid_order(session), a_paid_order(session, email="")
    incident, _asked = cancel([session], reason="Power cut", at=NOON)
    run("refund_cancelled_sessions", at=NOON)
    client = browser(someone("floor_manager", session.hall.cinema))

    page = client.get(admin_url(incident)).text
    guests = client.get("/admin/incidents/concernedorder/", {"incident": incident.pk}).text
    to_call = client.get("/admin/incidents/concernedorder/", {"incident": incident.pk, "told": "call"}).text

    counts = dict(re.findall(r"<li>([^<:]+): <b>(\d+)</b></li>", page))
    assert counts == {
        "Orders": "2",
        "Message sent": "0",
        "Message on its way": "1",
        "Message failed": "0",
        "Told by phone": "0",
        "Without an address": "1",
        "No longer come": "2",
    }
    assert (told.number in guests, silent.number in guests) == (True, True)
    assert (told.number in to_call, silent.number in to_call) == (False, True)


def test_whoever_has_decided_at_the_till_need_not_be_called() -> None:
    session = a_session(start=NOON + timedelta(hours=4))
    money, voucher, silent = [a_paid_order(session, email="") for _guest in range(3)]
    cancel([session], reason="Power cut", vouchers=True, at=NOON)
    manager = someone("floor_manager", session.hall.cinema)

    take_refund(ConcernedOrder.objects.get(order=money), at=NOON, at_cinema=True)
    give_instead_of_money(voucher, at=NOON, actor=manager)

    to_call = browser(manager).get("/admin/incidents/concernedorder/", {"told": "call"}).text
    assert [each.number in to_call for each in (money, voucher, silent)] == [False, False, True]
