"""Each command of this app processes rows from the moment they are due, and not earlier."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.core.management import call_command

from bonuses.models import BonusAccount
from concessions.models import ConcessionPreorder
from jobs.models import JobRun
from notifications.models import MessageKind, Notification
from orders.models import Order, Ticket
from orders.services import accrue, complete, record_refund
from screenings.models import Session
from screenings.services import cancel_session, complete_sessions
from tests.helpers.factories import NOON, a_customer, a_paid_order, a_session, an_item, an_order, business_state

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


def expiring():
    order = an_order()
    return order.expires_at, lambda: Order.objects.get().status == Order.Status.CANCELLED


def late():
    order = an_order(a_session(start=NOON + 9 * DAY), channel="RESERVATION")
    return order.payment_deadline, lambda: Order.objects.get().status == Order.Status.PAYMENT_OVERDUE


def of_a_cancelled_session():
    session = a_session()
    a_paid_order(session)
    cancel_session(session, reason="Projector", at=NOON)
    return NOON, lambda: Order.objects.get().status == Order.Status.REFUNDED


def over():
    session = a_session()
    a_paid_order(session)
    return session.end_datetime, lambda: Order.objects.get().status == Order.Status.COMPLETED


def charged_back():
    order = a_paid_order()
    record_refund(order, amount=order.final_amount, external_id="re_1", at=NOON)
    return NOON, lambda: Ticket.objects.get().status == Ticket.Status.AVAILABLE


def completed():
    session = a_session()
    complete([a_paid_order(session, customer=a_customer())], at=session.end_datetime)
    return session.end_datetime, lambda: [account.balance for account in BonusAccount.objects.all()] == [17]


def points_of_last_year():
    a_customer(points=100, at=NOON)
    BonusAccount.objects.update(expiry_warned_at=NOON + 340 * DAY)
    return NOON + 365 * DAY + TICK, lambda: BonusAccount.objects.get().balance == 0


def points_about_to_expire():
    a_customer(points=100, at=NOON)
    return NOON + 335 * DAY + TICK, lambda: Notification.objects.get().kind == MessageKind.POINTS_EXPIRING


def uncollected():
    session = a_session()
    order = a_paid_order(session, snacks=[(an_item(session.hall.cinema), 1)])
    complete([order], at=session.end_datetime)
    return session.end_datetime, lambda: ConcessionPreorder.objects.get().status == "EXPIRED"


def long_over():
    session = a_session()
    order = a_paid_order(session, customer=a_customer())
    complete([order], at=session.end_datetime)
    accrue([order], at=session.end_datetime)
    complete_sessions([session], at=session.end_datetime)
    at = session.end_datetime + 30 * DAY + TICK
    return at, lambda: Session.objects.get().archived_at == at


def of_browsers():
    for key, expires in (("over", NOON - TICK), ("open", NOON)):
        BrowserSession.objects.create(session_key=key, session_data="", expire_date=expires)
    return NOON, lambda: list(BrowserSession.objects.values_list("pk", flat=True)) == ["open"]


def about_to_start():
    session = a_session()
    a_paid_order(session)
    at = session.start_datetime - timedelta(hours=2)
    return at, lambda: Notification.objects.filter(kind=MessageKind.TICKET_REMINDER).count() == 1


SCENES = [
    ("cancel_expired_orders", expiring),
    ("process_late_payment_orders", late),
    ("refund_cancelled_sessions", of_a_cancelled_session),
    ("update_completed_order_statuses", over),
    ("process_refunded_orders", charged_back),
    ("accrue_bonus_for_completed_orders", completed),
    ("expire_bonus_points", points_of_last_year),
    ("expire_bonus_points", points_about_to_expire),
    ("cancel_expired_concession_preorders", uncollected),
    ("cleanup_completed_sessions", long_over),
    ("cleanup_completed_sessions", of_browsers),
    ("send_ticket_usage_reminders", about_to_start),
]
every_job = pytest.mark.parametrize(("job", "scene"), SCENES)


def run(job, at, *options):
    call_command(job, *options, at=at.isoformat())


@every_job
def test_a_job_processes_due_rows_and_reports_them(job, scene):
    at, is_done = scene()

    run(job, at)

    assert is_done()
    assert list(JobRun.objects.values_list("job", "done", "passed_over", "failed")) == [(job, 1, 0, 0)]


@every_job
def test_a_job_ignores_rows_that_are_not_due_yet(job, scene):
    at, _is_done = scene()
    before = business_state()

    run(job, at - TICK)

    assert business_state() == before
    assert list(JobRun.objects.values_list("done", flat=True)) == [0]


@every_job
def test_running_a_job_twice_has_the_effect_of_running_it_once(job, scene):
    at, _is_done = scene()
    run(job, at)
    before = business_state()

    run(job, at)

    assert business_state() == before


@every_job
def test_a_dry_run_changes_and_records_nothing(job, scene, capsys):
    at, _is_done = scene()
    before = business_state()

    run(job, at, "--dry-run")

    assert business_state() == before
    assert JobRun.objects.count() == 0
    assert capsys.readouterr().out.count(" 1 due as of ") == 1
