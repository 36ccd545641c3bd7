"""The gross of each day goes to the distributors that want it, once; staff can send it again."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from film_hire.errors import NoAddresses
from film_hire.models import Dispatch, GrossReturn, StatementAddress
from film_hire.services import send_gross
from notifications.models import Notification
from notifications.services import deliver
from screenings.models import Cinema, Distributor, Session
from tests.helpers.business_days import close_days
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session
from tests.helpers.film_hire_rows import THURSDAY, a_distributor

pytestmark = pytest.mark.django_db

MORNING = NOON + timedelta(hours=21)


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


@pytest.fixture
def session(cinema: Cinema) -> Session:
    """A screening of today, with two tickets, of a film of `Volga`; another film has another distributor."""
    own, other = (a_session(a_hall(cinema), start=NOON + timedelta(hours=6), minutes=each) for each in (110, 111))
    for each, name in ((own, "Volga"), (other, "Ural")):
        each.film.distributor = a_distributor(name)
        each.film.save()
        a_paid_order(each, seats=2)
    close_days(cinema, until=MORNING)
    return own


def an_address(email: str = "gross@example.org", **values: Any) -> StatementAddress:
    values = {"distributor": a_distributor(), "format": "csv", "language": "en", "gets_gross": True, **values}
    return StatementAddress.objects.create(email=email, **values)


def a_pass(days: int = 0) -> None:
    call_command("settle_film_hire", at=(MORNING + timedelta(hours=3, days=days)).isoformat(), verbosity=0)


def returns() -> list[tuple[str, date, int, int]]:
    return [
        (each.distributor.name, each.date, each.admissions, int(each.box_office)) for each in GrossReturn.objects.all()
    ]


def test_it_is_off_until_an_address_asks_for_it(session: Session) -> None:
    an_address(gets_gross=False)

    a_pass()

    assert returns() == []
    assert not Dispatch.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_is_sent_once_with_the_films_of_that_distributor_only(session: Session) -> None:
    an_address()
    an_address("elsewhere@example.org", cinema=a_cinema())

    for days in (0, 0, 1):
        a_pass(days)
    deliver(list(Notification.objects.filter(kind="FILM_GROSS")), at=MORNING + timedelta(days=2))

    assert returns() == [("Volga", THURSDAY, 2, 700)]
    [sent], [email] = Dispatch.objects.all(), mail.outbox
    assert (sent.email, email.to) == ("gross@example.org", ["gross@example.org"])
    [(name, content, _kind)] = email.attachments
    assert name == sent.filename
    text = bytes(sent.content).decode("utf-8-sig")
    assert content in (text, bytes(sent.content), bytes(sent.content).decode())
    assert session.film.title in text
    assert "Volga" in text
    assert "Ural" not in text


def test_another_distributor_that_asks_later_gets_its_own(session: Session) -> None:
    an_address()
    a_pass()
    an_address(distributor=Distributor.objects.get(name="Ural"))
    a_pass()

    assert sorted(returns()) == [("Ural", THURSDAY, 2, 700), ("Volga", THURSDAY, 2, 700)]
    assert Dispatch.objects.count() == 2


def test_days_closed_long_ago_are_not_sent(session: Session) -> None:
    an_address()

    a_pass(days=5)

    assert returns() == []


def test_staff_send_it_again_with_its_history(session: Session) -> None:
    address = an_address()
    a_pass()
    gross = GrossReturn.objects.get()

    assert send_gross(gross, at=MORNING + timedelta(days=1)) == 1
    StatementAddress.objects.filter(pk=address.pk).update(gets_gross=False)
    with pytest.raises(NoAddresses):
        send_gross(gross, at=MORNING + timedelta(days=1))

    assert gross.dispatches.count() == Notification.objects.filter(kind="FILM_GROSS").count() == 2
    assert len(returns()) == 1


def test_more_addresses_cost_a_file_and_two_rows_each(session: Session) -> None:
    an_address()
    a_pass()
    gross = GrossReturn.objects.get()

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            send_gross(gross, at=MORNING)
        return len(seen)

    one = queries()
    an_address("second@example.org")
    assert queries() - one <= 6
