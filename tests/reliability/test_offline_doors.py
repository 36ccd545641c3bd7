"""Scans made without a network are uploaded by two doors at once, twice, while the order is completed or refunded, or
by a process that is killed: every scan is stored once, and every guest is checked in once."""

from uuid import UUID

import pytest

from accounts.models import Device, User
from boxoffice.models import OfflineScan
from boxoffice.services.offline_list import evening_list, place_of
from boxoffice.services.offline_scans import Waiting, store
from orders.models import Order, Scan, Ticket
from orders.services import code_of, complete, refund
from tests.helpers.box_office import a_device
from tests.helpers.factories import a_paid_order, a_session
from tests.helpers.users import someone
from tests.reliability.crash_injection import count_crash_points, run_and_kill
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import Action, every_schedule, without_row_locks
from tests.reliability.run_job import invariant_violations
from tests.reliability.scenario import AT, HOUR, MINUTE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("empty_database")]

SCANNED, UPLOADED = AT + MINUTE, AT + 3 * HOUR


def an_evening() -> None:
    """An order of two for a screening that is over by the time of the upload, and two doors."""
    session = a_session(start=AT + MINUTE)
    a_paid_order(session, seats=2, at=AT)
    for name in ("Door A", "Door B"):
        a_device(session.hall.cinema, name=name)
    someone("usher", session.hall.cinema)


def upload(door: int, *tickets: int) -> list[UUID]:
    """This door uploads its scans of these tickets. The scan of a ticket at a door has always the same uuid."""
    device, usher = Device.objects.select_related("cinema").order_by("pk")[door], User.objects.get(is_staff=True)
    rows = Ticket.objects.select_related("order", "seat", "session__hall__cinema").order_by("pk")
    seal = evening_list(device, actor=usher, at=AT)["seal"]
    scans = [
        Waiting(UUID(int=10 * door + each), code_of(rows[each]), "LET_IN", SCANNED, seal, place_of(rows[each]))
        for each in tickets
    ]
    return store(scans, device=device, actor=usher, sent_at=UPLOADED, at=UPLOADED)


def door_a() -> list[UUID]:
    return upload(0, 0)


def door_b() -> list[UUID]:
    return upload(1, 0)


def completion() -> None:
    complete(Order.objects.all(), at=UPLOADED)


def refund_of_the_ticket() -> None:
    order = Order.objects.get()
    refund(order, lines=[order.tickets.order_by("pk")[0]], reason="Ill", at=UPLOADED)


def outcomes() -> list[str]:
    return sorted(OfflineScan.objects.values_list("outcome", flat=True))


def ends(first: Action, second: Action) -> set[tuple[object, ...]]:
    """What became of the scans, how often the ticket was checked in, and what it is in the end, over all schedules."""
    found = set()
    for schedule in every_schedule(first, second, restore_snapshot=lambda: restore_snapshot(an_evening)):
        errors = [repr(each) for each in (schedule.first, schedule.second) if isinstance(each, Exception)]
        ticket = Ticket.objects.order_by("pk")[0]
        found.add((*errors, *outcomes(), Scan.objects.count(), ticket.status))
    return found


@pytest.mark.postgres
def test_two_doors_that_upload_one_ticket_check_it_in_once_and_show_the_conflict() -> None:
    assert ends(door_a, door_b) == {("CHECKED_IN", "USED_TWICE", 1, "USED")}


@pytest.mark.postgres
def test_an_upload_that_is_sent_twice_at_once_is_stored_once() -> None:
    assert ends(door_a, door_a) == {("CHECKED_IN", 1, "USED")}


@pytest.mark.postgres
def test_a_guest_is_checked_in_before_or_after_the_order_is_completed() -> None:
    assert ends(door_a, completion) | ends(completion, door_a) == {("CHECKED_IN", 1, "USED")}
    assert invariant_violations() == []


@pytest.mark.postgres
def test_an_upload_and_a_refund_at_once_end_as_one_after_the_other() -> None:
    assert ends(door_a, refund_of_the_ticket) == {("CHECKED_IN", 1, "AVAILABLE"), ("REFUNDED", 0, "AVAILABLE")}
    assert invariant_violations() == []


@pytest.mark.postgres
def test_without_row_locks_a_scan_is_lost() -> None:
    """The negative control: the tests above would notice."""
    with without_row_locks():
        assert ends(door_a, door_b) != {("CHECKED_IN", "USED_TWICE", 1, "USED")}


def both_of_door_a() -> list[UUID]:
    return upload(0, 0, 1)


def test_an_upload_that_is_killed_anywhere_and_sent_again_ends_like_an_undisturbed_one() -> None:
    def state() -> tuple[object, ...]:
        tickets = Ticket.objects.order_by("pk").values_list("status", "used_at")
        return (*outcomes(), Scan.objects.count(), *tickets)

    restore_snapshot(an_evening)
    points = count_crash_points(both_of_door_a)
    undisturbed = state()

    found = []
    for point in range(1, points + 1, max(1, points // 12)):
        restore_snapshot(an_evening)
        run_and_kill(both_of_door_a, at_point=point)
        both_of_door_a()
        found.append(state())

    assert undisturbed[:3] == ("CHECKED_IN", "CHECKED_IN", 2)
    assert set(found) == {undisturbed}
