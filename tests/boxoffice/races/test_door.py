"""Several scanners read one ticket at once. Not on SQLite, where only one transaction writes at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections

from boxoffice.services import door
from orders.models import Order, Scan
from orders.services import code_of
from orders.services.visits import check_in
from screenings.models import Session
from tests.helpers import factories
from tests.helpers.box_office import a_device
from tests.helpers.factories import NOON
from tests.helpers.users import someone

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

SCANNERS = 6


def scanned_everywhere(session: Session) -> list[str]:
    """The colours that scanners at different doors show for one ticket at the same time."""
    cinema = session.hall.cinema
    ticket = factories.a_paid_order(session).tickets.select_related("order").get()
    code, usher = code_of(ticket), someone("usher", cinema)
    devices = [a_device(cinema, name=f"Door {number}") for number in range(SCANNERS)]

    def scan(device):
        try:
            return door.scan(code, device=device, actor=usher, at=NOON).colour
        except Exception as error:  # what a scanner without the lock runs into
            return type(error).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(SCANNERS) as pool:
        return sorted(pool.map(scan, devices))


def test_several_scanners_at_once_admit_one_person() -> None:
    colours = scanned_everywhere(factories.a_session(start=NOON + timedelta(minutes=30)))

    assert colours == ["green"] + ["red"] * (SCANNERS - 1)
    assert Scan.objects.count() == 1


def test_without_the_lock_and_the_comparison_they_admit_several(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the test above would notice."""

    all_have_looked = Barrier(SCANNERS, timeout=30)

    def careless(rows, to, **fields):
        all_have_looked.wait()
        type(rows[0]).objects.filter(pk=rows[0].pk).update(status=to, **fields)

    monkeypatch.setattr(check_in, "lock_order", lambda order: Order.objects.get(pk=order.pk))
    monkeypatch.setattr(check_in, "transition", careless)

    colours = scanned_everywhere(factories.a_session(start=NOON + timedelta(minutes=30)))

    assert colours.count("green") > 1
