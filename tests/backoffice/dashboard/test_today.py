"""What the first page says needs a person: to whom, about which cinemas, at what cost."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from concessions.models import ConcessionItem
from jobs import clock
from jobs.models import JobRun, Outcome, QuarantinedRow
from jobs.status import statuses
from notifications.models import Notification
from notifications.models import Status as MessageStatus
from orders.models import Order
from orders.services import record_refund, record_uncertain_payment, refund
from payments.models import Gateway, Payment, Refund
from screenings.services import cancel_session
from tests.helpers import factories
from tests.helpers.admin_pages import dashboard_lines
from tests.helpers.factories import NOON
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def every_job_has_just_run(monkeypatch, settings):
    monkeypatch.setattr(clock, "now", lambda: NOON)
    for job in settings.JOB_SCHEDULE:
        JobRun.objects.create(
            job=job, started_at=NOON, finished_at=NOON, at=NOON, outcome=Outcome.SUCCEEDED, host="here", database="this"
        )


def first_page(person) -> str:
    answer = browser(person).get(reverse("admin:index"))
    assert answer.status_code == 200
    return answer.text


def overdue(session, number: int = 1) -> None:
    for _number in range(number):
        factories.an_order(session, at=NOON - timedelta(days=2, hours=1), channel=Order.Channel.RESERVATION)
    Order.objects.update(status=Order.Status.PAYMENT_OVERDUE)


def a_quarantined_row(number: int = 1) -> QuarantinedRow:
    return QuarantinedRow.objects.create(
        job="cancel_expired_orders", row=f"orders.order:{number}", attempts=1, first_failed_at=NOON
    )


def a_failed_message(number: int = 1) -> Notification:
    return Notification.objects.create(
        kind="ORDER_CANCELLED",
        recipient=f"guest{number}@example.org",
        occasion="1",
        language="en",
        status=MessageStatus.FAILED,
        created_at=NOON,
        next_attempt_at=NOON,
    )


def test_a_day_on_which_nothing_waits_says_so():
    page = first_page(someone("owner", all_cinemas=True))

    assert "Nothing needs you" in page


def test_all_that_waits_is_named_with_a_link_to_where_it_is_settled():
    session = factories.a_session(start=NOON + timedelta(hours=3))
    cancelled = factories.a_session(start=NOON + timedelta(hours=4))
    overdue(session)
    factories.an_item(session.hall.cinema, stock=3)
    record_refund(
        factories.a_paid_order(session, seats=2, gateway=Gateway.DEMO),
        amount=factories.PRICE,
        external_id="desk-1",
        at=NOON,
    )
    refund(factories.a_paid_order(session), reason="Ill", at=NOON)
    failed = refund(factories.a_paid_order(session, gateway=Gateway.DEMO), reason="Ill", at=NOON)
    Refund.objects.filter(pk=failed.pk).update(status=Refund.Status.FAILED)
    record_uncertain_payment(factories.an_order(session), gateway=Gateway.CARD_TERMINAL, at=NOON)
    Payment.objects.filter(pk=failed.payment.pk).update(discrepancy=Payment.Discrepancy.NOT_OURS)
    factories.a_paid_order(cancelled)
    cancel_session(cancelled, reason="The projector broke", at=NOON)
    a_failed_message()
    a_quarantined_row()
    JobRun.objects.filter(job="check_invariants").update(outcome=Outcome.FAILED)
    JobRun.objects.filter(job="deliver_notifications").update(finished_at=NOON - timedelta(hours=1))

    person = someone("owner", all_cinemas=True)

    assert dashboard_lines(person) == [
        "1 cancelled session of today still has orders",
        "1 order is overdue",
        "1 bar item is low",
        "1 refund came from outside: say what it was for",
        "1 refund failed",
        "1 refund is to be paid out",
        "1 payment at a terminal is to be cleared up",
        "1 payment does not agree with its gateway",
        "1 message was not delivered",
        "1 job is late",
        "1 job failed",
        "1 row is in quarantine",
    ]
    owner = browser(person)
    for line in owner.get(reverse("admin:index")).context["lines"]:
        assert owner.get(line.link).status_code == 200, line


def test_a_cancelled_session_is_mentioned_until_its_orders_are_refunded():
    session = factories.a_session(start=NOON + timedelta(hours=3))
    factories.a_paid_order(session)
    cancel_session(session, reason="The projector broke", at=NOON)
    person = someone("floor_manager", session.hall.cinema)

    assert dashboard_lines(person) == ["1 cancelled session of today still has orders"]

    call_command("refund_cancelled_sessions", at=NOON)

    assert dashboard_lines(person) == ["1 refund is to be paid out"]


@pytest.mark.parametrize(
    ("role", "lines"),
    [
        ("cashier", ["1 order is overdue"]),
        ("bar", ["1 bar item is low"]),
        ("usher", []),
        ("floor_manager", ["1 order is overdue", "1 bar item is low"]),
        ("cinema_manager", ["1 order is overdue", "1 bar item is low", "1 row is in quarantine"]),
    ],
)
def test_each_role_is_told_of_what_it_can_settle(role, lines):
    session = factories.a_session()
    overdue(session)
    factories.an_item(session.hall.cinema, stock=3)
    a_quarantined_row()

    assert dashboard_lines(someone(role, session.hall.cinema)) == lines


def test_nobody_is_told_of_other_cinemas():
    session = factories.a_session()
    overdue(session)
    factories.an_item(session.hall.cinema, stock=3)

    assert dashboard_lines(someone("floor_manager", factories.a_cinema())) == []
    assert dashboard_lines(someone("bar")) == []


def test_an_item_taken_off_sale_needs_nobody():
    item = factories.an_item(stock=3)
    ConcessionItem.objects.update(is_active=False)

    assert dashboard_lines(someone("bar", item.cinema)) == []


def test_the_first_page_costs_the_same_for_three_rows_and_for_thirty():
    session = factories.a_session(factories.a_hall(rows=["s" * 40]))
    person = someone("owner", all_cinemas=True)
    client = browser(person)

    def wait(numbers: range) -> None:
        overdue(session, len(numbers))
        for number in numbers:
            factories.an_item(session.hall.cinema, stock=3)
            a_failed_message(number)
            a_quarantined_row(number)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("admin:index"))
        return len(queries)

    wait(range(3))
    cost()
    few = cost()
    wait(range(3, 30))

    assert cost() == few
    assert few <= 24


def test_every_job_of_the_schedule_has_a_title(settings):
    from cinema.schedule import TITLES

    assert list(TITLES) == list(settings.JOB_SCHEDULE)
    assert len(statuses(NOON)) == len(TITLES)


def test_a_fresh_demo_is_told_once_how_to_install_the_schedule_and_production_that_jobs_are_late(settings):
    JobRun.objects.update(finished_at=NOON - timedelta(days=3))
    settings.CRONTAB_EXECUTABLE = "/nowhere/crontab"
    manager = someone("cinema_manager", factories.a_cinema())
    jobs_page = reverse("admin:jobs_jobrun_changelist")

    settings.DEBUG = True
    [calm] = browser(manager).get(reverse("admin:index")).context["lines"]
    page = browser(manager).get(jobs_page).text
    settings.DEBUG = False
    [alarm] = browser(manager).get(reverse("admin:index")).context["lines"]

    assert calm.text == "The schedule is not installed on this machine, so no job runs by itself"
    assert calm.names == ["To install it: manage.py crontab add -v 0"]
    assert not calm.urgent
    assert "crontab add -v 0" in page
    assert ">Late<" not in page
    assert alarm.text == f"{len(settings.JOB_SCHEDULE)} jobs are late"
    assert alarm.urgent
