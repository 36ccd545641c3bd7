"""Scans that were made without a network, stored when they are uploaded."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Device, User
from boxoffice.models import OfflineScan
from boxoffice.services import door, offline_scans
from boxoffice.services.offline_list import evening_list, place_of, proof_of
from boxoffice.services.offline_scans import Waiting, conflicts, store
from customers.services import correct_address
from incidents.services import change_seats
from orders.models import Scan, Ticket
from orders.services import check_in, code_of, complete, refund
from payments.models import Refund
from reports.models import BusinessDay, TicketFigures
from screenings.models import Session
from screenings.services import cancel_session
from tests.helpers import factories
from tests.helpers.box_office import a_device
from tests.helpers.business_days import close_days
from tests.helpers.factories import NOON
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

SCANNED = NOON + timedelta(minutes=10)
UPLOADED = NOON + timedelta(minutes=40)


@pytest.fixture
def session() -> Session:
    return factories.a_session(start=NOON + timedelta(minutes=30))


@pytest.fixture
def usher(session: Session) -> User:
    return someone("usher", session.hall.cinema)


@pytest.fixture
def device(session: Session) -> Device:
    return a_device(session.hall.cinema, session.hall)


@pytest.fixture
def seal(device: Device, usher: User) -> str:
    return evening_list(device, actor=usher, at=NOON)["seal"]


@pytest.fixture
def who(device: Device, usher: User) -> dict[str, Any]:
    return {"device": device, "actor": usher}


def a_ticket(session: Session, **options: Any) -> Ticket:
    tickets = factories.a_paid_order(session, **options).tickets
    return tickets.select_related("order", "seat", "session__hall__cinema").first()


def waiting(ticket: Ticket, seal: str, *, at: datetime = SCANNED, decision: str = "LET_IN") -> Waiting:
    code = code_of(ticket)
    return Waiting(uuid4(), code, decision, at, seal, place_of(ticket), proof_of(code))


def uploaded(*scans: Waiting, who: dict[str, Any], at: datetime = UPLOADED) -> list[str]:
    """What became of the scans."""
    assert store(scans, sent_at=at, at=at, **who) == [each.uuid for each in scans]
    found = {each.uuid: each.outcome for each in OfflineScan.objects.all()}
    return [found[each.uuid] for each in scans]


def test_a_guest_let_in_without_a_network_is_checked_in_at_that_time_by_that_person(
    session: Session, seal: str, device: Device, usher: User
) -> None:
    ticket = a_ticket(session)
    colleague = someone("usher", session.hall.cinema, email="colleague@example.org")

    assert uploaded(waiting(ticket, seal), who={"device": device, "actor": colleague}) == ["CHECKED_IN"]

    ticket.refresh_from_db()
    scan = Scan.objects.get()
    assert (ticket.status, ticket.used_at) == (Ticket.Status.USED, SCANNED)
    assert (scan.at, scan.actor, scan.device) == (SCANNED, usher, device)


def test_uploaded_twice_is_once(session: Session, seal: str, who: dict[str, Any]) -> None:
    scan = waiting(a_ticket(session), seal)

    first, second = uploaded(scan, who=who), uploaded(scan, who=who)

    assert first == second == ["CHECKED_IN"]
    assert (Scan.objects.count(), OfflineScan.objects.count()) == (1, 1)


def test_a_wrong_clock_is_put_right_and_no_scan_is_before_the_list_or_after_the_upload(
    session: Session, seal: str, who: dict[str, Any]
) -> None:
    hour, slow, early, late = timedelta(hours=3), *(a_ticket(session) for _ in range(3))

    store([waiting(slow, seal, at=SCANNED - hour)], sent_at=UPLOADED - hour, at=UPLOADED, **who)
    times = waiting(early, seal, at=NOON - hour), waiting(late, seal, at=UPLOADED + hour)
    store(times, sent_at=UPLOADED, at=UPLOADED, **who)

    found = OfflineScan.objects.order_by("pk")
    assert list(found.values_list("at", flat=True)) == [SCANNED, NOON, UPLOADED]
    assert [each.device_at for each in found] == [SCANNED - hour, NOON - hour, UPLOADED + hour]


def test_the_books_win_where_they_say_otherwise_and_people_see_it(
    session: Session, seal: str, device: Device, usher: User, who: dict[str, Any]
) -> None:
    cinema = session.hall.cinema
    twice, refunded, moved, reseated = (a_ticket(session) for _ in range(4))
    off = a_ticket(factories.a_session(session.hall, start=NOON + timedelta(hours=4)))
    unpaid = factories.an_order(session).tickets.select_related("order", "seat", "session__hall__cinema").first()
    scans = [waiting(each, seal) for each in (twice, refunded, moved, reseated, off, unpaid)]
    scans[2] = replace(scans[2], listed="Hall 9 · 2026-11-29 18:00 · 1/1")
    check_in(twice, at=SCANNED, device=a_device(cinema, name="Door C"))
    refund(refunded.order, reason="Ill", at=SCANNED)
    free = factories.free_seats(session)[0]
    change_seats(reseated.order, [(reseated, free)], reason="Broken", at=SCANNED)
    cancel_session(off.session, reason="Projector", at=SCANNED)
    money = list(Refund.objects.values_list("pk", "amount"))

    found = uploaded(*scans, Waiting(uuid4(), "T1-" + "A" * 28, "BY_EYE", SCANNED, seal), who=who)

    assert found == ["USED_TWICE", "REFUNDED", "MOVED", "MOVED", "CANCELLED", "NOT_PAID", "UNKNOWN"]
    assert sorted(each.outcome for each in conflicts(cinema, at=UPLOADED)) == sorted(found)
    assert list(Refund.objects.values_list("pk", "amount")) == money
    used = Ticket.objects.filter(status=Ticket.Status.USED).order_by("pk")
    assert list(used) == [twice, moved]
    assert not conflicts(factories.a_cinema(), at=UPLOADED).exists()


def test_a_code_that_a_corrected_address_has_replaced_is_found_as_its_ticket(
    session: Session, seal: str, usher: User, who: dict[str, Any]
) -> None:
    used, unused = (a_ticket(session, email="typo@example.org") for _ in range(2))
    scans = [waiting(each, seal) for each in (used, unused)]
    for each in (used, unused):
        correct_address(each.order, email="right@example.org", reason="Typed wrong", at=SCANNED, actor=usher)
    used.order.refresh_from_db()
    door.scan(code_of(used), at=SCANNED, **who)

    assert uploaded(*scans, who=who) == ["USED_TWICE", "MOVED"]

    assert [each.ticket for each in OfflineScan.objects.order_by("pk")] == [used, unused]
    unused.refresh_from_db()
    assert unused.status == Ticket.Status.PAID


def test_a_made_up_code_is_no_former_one_of_any_ticket(session: Session, seal: str, who: dict[str, Any]) -> None:
    ticket, other = a_ticket(session), a_ticket(session)
    made_up = f"T{ticket.pk}-{'A' * 28}"
    proofs = ["", "0" * 16, proof_of(code_of(ticket)), proof_of(code_of(other))]

    found = uploaded(*(Waiting(uuid4(), made_up, "LET_IN", SCANNED, seal, proof=each) for each in proofs), who=who)

    assert found == ["UNKNOWN"] * 4
    assert not OfflineScan.objects.filter(ticket__isnull=False).exists()


def test_a_scan_whose_answer_was_lost_is_no_conflict(session: Session, seal: str, who: dict[str, Any]) -> None:
    ticket = a_ticket(session)
    door.scan(code_of(ticket), at=SCANNED, **who)

    assert uploaded(waiting(ticket, seal, at=SCANNED + timedelta(seconds=6)), who=who) == ["KNOWN"]
    assert Scan.objects.count() == 1


def test_what_was_refused_or_taken_back_changes_no_ticket(session: Session, seal: str, who: dict[str, Any]) -> None:
    ticket = a_ticket(session)

    scans = [waiting(ticket, seal, decision=each) for each in ("REFUSED", "TURNED_AWAY", "RE_ENTRY")]

    assert uploaded(*scans, who=who) == ["NOTED"] * 3
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.PAID
    assert not conflicts(session.hall.cinema, at=UPLOADED).exists()


def test_a_ticket_of_another_cinema_is_not_touched(seal: str, who: dict[str, Any]) -> None:
    foreign = a_ticket(factories.a_session(start=NOON + timedelta(minutes=30)))

    assert uploaded(waiting(foreign, seal), who=who) == ["UNKNOWN"]
    foreign.refresh_from_db()
    assert foreign.status == Ticket.Status.PAID
    assert OfflineScan.objects.get().ticket is None


def test_without_a_list_of_this_cinema_nothing_is_checked_in_and_people_see_it(
    session: Session, usher: User, who: dict[str, Any]
) -> None:
    other = factories.a_session(start=session.start_datetime).hall.cinema
    stranger = someone("usher", other, email="stranger@example.org")
    foreign = evening_list(a_device(other, name="Their door"), actor=stranger, at=NOON)["seal"]
    forged = waiting(a_ticket(session), "1:forged", at=NOON - timedelta(days=30))

    assert uploaded(forged, waiting(a_ticket(session), foreign), who=who) == ["NO_LIST"] * 2

    assert not Scan.objects.exists()
    assert conflicts(session.hall.cinema, at=UPLOADED).count() == 2
    found = OfflineScan.objects.order_by("pk").values_list("actor", "at")
    assert list(found) == [(usher.pk, UPLOADED - offline_scans.OLDEST), (usher.pk, SCANNED)]


def test_a_list_names_its_person_only_for_its_device_and_until_its_end(
    session: Session, device: Device, usher: User
) -> None:
    cinema, tomorrow = session.hall.cinema, NOON + timedelta(days=1)
    colleague = someone("usher", cinema, email="colleague@example.org")
    seal = evening_list(device, actor=colleague, at=NOON)["seal"]
    ticket, next_day = a_ticket(session), a_ticket(factories.a_session(session.hall, start=tomorrow))
    anew = a_device(cinema, session.hall, name="Door A, enrolled again")

    by_another = uploaded(waiting(ticket, seal), who={"device": anew, "actor": usher})
    too_late = uploaded(
        waiting(next_day, seal, at=tomorrow), who={"device": device, "actor": usher}, at=tomorrow + timedelta(hours=1)
    )

    assert (by_another, too_late) == (["CHECKED_IN"], ["NO_LIST"])
    assert not OfflineScan.objects.exclude(actor=usher).exists()


def test_a_ticket_of_another_hall_or_time_is_not_checked_in(session: Session, seal: str, who: dict[str, Any]) -> None:
    hours = timedelta(hours=4)
    elsewhere = a_ticket(factories.a_session(factories.a_hall(session.hall.cinema), start=session.start_datetime))
    too_early = a_ticket(factories.a_session(session.hall, start=NOON + hours))
    over = a_ticket(session)
    scans = [waiting(elsewhere, seal), waiting(too_early, seal, decision="BY_EYE")]
    scans.append(waiting(over, seal, at=session.end_datetime + timedelta(minutes=1)))

    assert uploaded(*scans, who=who, at=NOON + hours) == ["NOT_HERE"] * 3

    assert not Scan.objects.exists()
    assert conflicts(session.hall.cinema, at=NOON + hours).count() == 3


def test_what_a_list_let_in_counts_when_the_device_has_other_halls_by_the_upload(
    session: Session, seal: str, device: Device, usher: User
) -> None:
    device.halls.set([factories.a_hall(session.hall.cinema)])
    device = Device.objects.get(pk=device.pk)

    later = NOON + timedelta(days=3)
    assert uploaded(waiting(a_ticket(session), seal), who={"device": device, "actor": usher}, at=later) == [
        "CHECKED_IN"
    ]


def test_one_scan_that_cannot_be_stored_stays_and_stops_no_other(
    session: Session, seal: str, who: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = waiting(a_ticket(session), seal), waiting(a_ticket(session), seal)

    def place(ticket: Ticket) -> str:
        if code_of(ticket) == bad.code:
            raise ValueError
        return place_of(ticket)

    monkeypatch.setattr(offline_scans, "place_of", place)

    assert store([bad, good], sent_at=UPLOADED, at=UPLOADED, **who) == [good.uuid]
    assert [each.uuid for each in OfflineScan.objects.all()] == [good.uuid]


def test_a_scan_uploaded_after_the_day_was_closed_is_booked_with_the_open_day_about_that_day(
    session: Session, seal: str, who: dict[str, Any]
) -> None:
    cinema, start = session.hall.cinema, session.start_datetime
    ticket = a_ticket(session)
    complete([ticket.order], at=session.end_datetime + timedelta(minutes=1))
    first = cinema.day_bounds(cinema.business_date(start))
    close_days(cinema, until=first[1])
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.EXPIRED
    late = first[1] + timedelta(days=20)
    close_days(cinema, until=late - timedelta(days=1))

    assert uploaded(waiting(ticket, seal), who=who, at=late - timedelta(hours=3)) == ["CHECKED_IN"]
    close_days(cinema, until=late)

    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.USED
    rows = TicketFigures.objects.filter(about=cinema.business_date(start)).order_by("day__date")
    assert [(each.day.date, each.used, each.no_shows, each.sold) for each in rows] == [
        (cinema.business_date(start), 0, 1, 1),
        (cinema.business_date(late - timedelta(hours=3)), 1, -1, 0),
    ]
    assert not BusinessDay.objects.filter(recount=True).exists()
